"""The REST API: an application of its own beside the pages, so that all its answers have one shape."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from fastapi import Depends, FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send

from agents.persona import Persona
from calls.channels.api_session_registry import ApiSessionRegistry
from calls.registry import Registry
from calls.services.profile_extraction import Extraction
from paths import API_PATH
from server.api.addresses import Addresses
from server.api.authentication import Access
from server.api.profiles import profile_routes
from server.api.query import refuse_unknown_query
from server.api.records import record_routes
from server.api.reference import reference_routes
from server.api.sessions import session_routes
from server.errors import ErrorAnswer, add_error_handlers
from server.middleware.body_limit import BodyLimit
from server.middleware.origins import with_cors
from server.routes.health import Readiness, health_routes
from settings import Settings
from store.records import Records

EXAMPLES = Path(__file__).parent / "examples"
"""Programs that docs/api.md and the README show too; tests compare them, and run those in JavaScript."""


def example(name: str) -> str:
    """Return the text of an example."""
    return (EXAMPLES / name).read_text(encoding="utf-8").strip()


DESCRIPTION = f"""\
Start calls from other clients, follow them, and read what is recorded. Send a key of `API_KEYS` as
`Authorization: Bearer …`; without `API_KEYS` the server answers programs on its own machine only.

A whole call in a browser, where `server` is this server's address and `key` one of `API_KEYS`:

```js
{example("call.js")}
```

Captions, which write down what is said:

```js
{example("captions.js")}
```

A whole call in Swift:

```swift
{example("call.swift")}
```
"""
FAILURES: dict[int | str, str] = {
    400: "The request is not right.",
    401: "No key, or a wrong one.",
    403: "Not from here, or not this way.",
    404: "There is no such session, or it is not yours.",
    409: "Not in this state.",
    413: "Too large.",
    415: "The body is not of the type that this route takes.",
    429: "Too many, or too much; `Retry-After` says when to come back.",
    502: "The provider did not do its part.",
    503: "The database does not answer.",
    "default": "Any other failure.",
}
MAX_BODY_BYTES = 512 * 1024
UNVERSIONED = ("token", "session", "sessions", "extract-profile")
"""First parts of the API's paths as they were before `API_PATH`."""
FIRST_PARTS = (API_PATH.strip("/"), *UNVERSIONED, "openapi.json", "docs", "healthz", "readyz")
"""Paths that begin with these are the API's; all others are the pages'."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What the routes work with."""

    sessions: ApiSessionRegistry
    registry: Registry
    records: Records
    extraction: Extraction
    readiness: Readiness
    personas: Mapping[str, Persona]


def create_api(parts: Parts, settings: Settings) -> ASGIApp:
    """Return the API with everything around it but logging.

    It describes itself at `/openapi.json` for programs, and at `/docs` for people.
    """
    api = FastAPI(
        title="Guftagu",
        version="1",
        description=DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        responses={status: {"model": ErrorAnswer, "description": text} for status, text in FAILURES.items()},
    )
    api.state.access = Access(settings)
    add_error_handlers(api)
    titles = {name: persona.title for name, persona in parts.personas.items()}
    for router in (
        session_routes(parts.sessions, Addresses(settings)),
        record_routes(parts.records, parts.sessions, parts.registry, titles),
        profile_routes(parts.extraction, parts.records, parts.sessions, parts.registry, parts.personas),
    ):
        api.include_router(router, prefix=API_PATH, dependencies=[Depends(refuse_unknown_query)])
        api.include_router(router, include_in_schema=False)
    api.include_router(health_routes(parts.readiness))
    api.include_router(reference_routes(api.openapi))
    return with_cors(BodyLimit(api, MAX_BODY_BYTES), settings.allowed_origins)


class BesidePages:
    """ASGI middleware: requests to the API's paths go to the API, everything else to the pages."""

    def __init__(self, app: ASGIApp, api: ASGIApp) -> None:
        self._pages = app
        self._api = api

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request by the API where it has a route, else by the pages."""
        is_api = scope["type"] == "http" and scope["path"].strip("/").partition("/")[0] in FIRST_PARTS
        await (self._api if is_api else self._pages)(scope, receive, send)
