"""Errors as the API tells them: one JSON shape, `{"error": {"code", "message"}}`."""

import math
from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, JsonValue
from starlette.exceptions import HTTPException

from calls.call import CallEnded
from calls.channels.api_session import LimitReached
from calls.channels.api_session_registry import ChoiceRefused, SecretRefused
from calls.registry import CallRefused
from realtime.failures import ProviderFailure
from realtime.sdp_policy import OfferRefused
from store.database import StoreFailure
from store.records import SessionUnknown

MAX_PROBLEMS = 10
MAX_PLACE_CHARS = 100
"""Of a field's name, which the client may have chosen."""
AN_ERROR: dict[str, JsonValue] = {"code": "session_unknown", "message": "There is no such session."}


class ErrorDetail(BaseModel):
    """What went wrong."""

    model_config = {"json_schema_extra": {"examples": [AN_ERROR]}}
    code: str
    """For programs."""
    message: str
    """For people: a sentence."""


class ErrorAnswer(BaseModel):
    """The shape of every answer that is no success."""

    model_config = {"json_schema_extra": {"examples": [{"error": AN_ERROR}]}}
    error: ErrorDetail


class ApiError(Exception):
    """Ends a request with this error."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        retry_after_s: float | None = None,
        challenge: str | None = None,
    ) -> None:
        """Create the error.

        :param challenge: `WWW-Authenticate`, with a 401
        """
        super().__init__(code)
        self.status = status
        self.code = code
        self.message = message
        self.retry_after_s = retry_after_s
        self.challenge = challenge

    def answer(self) -> JSONResponse:
        """Return the answer that tells of the error."""
        answer = error(self.status, self.code, self.message, self.retry_after_s)
        if self.challenge:
            answer.headers["WWW-Authenticate"] = self.challenge
        return answer


def error(status: int, code: str, message: str, retry_after_s: float | None = None) -> JSONResponse:
    """Return the one JSON shape of an error."""
    headers = {"Retry-After": str(math.ceil(retry_after_s))} if retry_after_s else {}
    return JSONResponse({"error": {"code": code, "message": message}}, status, headers)


def session_unknown() -> ApiError:
    """Return the refusal, also for what is somebody else's: nobody learns what exists."""
    return ApiError(404, "session_unknown", "There is no such session.")


REFUSALS = {
    "calls_full": "All lines are taken just now.",
    "starts_exceeded": "That was many starts in a short time.",
    "visitor_calls_full": "This visitor has as many calls as one may have at once.",
    "address_calls_full": "All lines for this address are taken just now.",
    "control_required": "The server could not observe what this call costs, and REQUIRE_CONTROL is set.",
    "limit_day_money": "What this server may spend in a day is spent.",
    "limit_share_money": "What this key or visitor may spend of the day's money is spent.",
    "not_ready": "The server is still starting.",
    "too_fast": "That was more than a key may report in a minute.",
}
HTTP_SENTENCES = {
    404: ("not_found", "There is no such route."),
    405: ("method_not_allowed", "This route does not take this method."),
    413: ("request_too_large", "The request is too large."),
}


def _bad_request(request: Request, failure: RequestValidationError) -> ApiError:
    """Which fields are wrong and what they take; never what was sent."""
    problems = [f"{_place(e)}: {e['msg']}" for e in failure.errors()[:MAX_PROBLEMS]]
    return ApiError(400, "bad_request", f"{'; '.join(problems)}.")


def _place(problem: dict[str, Any]) -> str:
    first, *rest = problem["loc"]
    place = str(first) if problem["type"] == "json_invalid" or not rest else ".".join(map(str, rest))
    return place[:MAX_PLACE_CHARS]


def _http(request: Request, failure: HTTPException) -> ApiError:
    code, sentence = HTTP_SENTENCES.get(failure.status_code, ("bad_request", "The request cannot be read."))
    return ApiError(failure.status_code, code, sentence)


async def method_not_allowed(request: Request, failure: Exception) -> Response:
    """Return what the page's own routes say of a method they do not take."""
    return _http(request, HTTPException(405)).answer()


def _told(request: Request, failure: Exception) -> ApiError:
    """Return what the API says of a failure of the parts below it."""
    match failure:
        case CallRefused(code=code, retry_after_s=wait):
            return ApiError(503 if code == "not_ready" else 429, code, REFUSALS[code], retry_after_s=wait)
        case ChoiceRefused():
            return ApiError(400, "not_allowed", str(failure))
        case SecretRefused():
            sentence = (
                "This persona's calls are controlled by the server, and who holds a client secret controls "
                "the session. Open it with relayed: true and post the offer to /session/{id}/call."
            )
            return ApiError(403, "relay_needed", sentence)
        case LimitReached():
            return ApiError(409, str(failure), "A limit of this session is reached: hang up.")
        case OfferRefused():
            return ApiError(400, "offer_refused", f"{failure}.")
        case ProviderFailure(code=code, retry_after_s=wait):
            return ApiError(502, code, "The provider did not do what was asked.", retry_after_s=wait)
        case CallEnded():
            return ApiError(409, "stopped", "The call was ended before the provider answered.")
        case SessionUnknown():
            return session_unknown()
        case StoreFailure():
            return ApiError(503, "store_unavailable", "The records cannot be reached just now.")
    return ApiError(500, "internal", "Something went wrong on our side.")


OURS = (
    CallRefused,
    ChoiceRefused,
    SecretRefused,
    LimitReached,
    OfferRefused,
    ProviderFailure,
    CallEnded,
    SessionUnknown,
    StoreFailure,
    Exception,
)


def add_error_handlers(app: FastAPI) -> None:
    """Let every failure of `app` have the one shape."""
    app.add_exception_handler(ApiError, _answer(lambda request, failure: failure))
    app.add_exception_handler(RequestValidationError, _answer(_bad_request))
    app.add_exception_handler(HTTPException, _answer(_http))
    for kind in OURS:
        app.add_exception_handler(kind, _answer(_told))


def _answer(say: Callable[..., ApiError]) -> Callable[[Request, Exception], Awaitable[Response]]:
    async def answer(request: Request, failure: Exception) -> Response:
        return say(request, failure).answer()

    return answer
