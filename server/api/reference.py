"""`/docs`: the API's description as a page. It has no script and loads nothing."""

import base64
import hashlib
import html
import json
import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

HERE = Path(__file__).parent
STYLE = (HERE / "reference.css").read_text(encoding="utf-8")
STYLE_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
HEADERS = {
    "Content-Security-Policy": (
        f"default-src 'none'; style-src 'sha256-{STYLE_HASH}'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    )
}
PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>{title}: the API</title>
<style>{style}</style>
</head>
<body>
<main>
<h1>{title}: the API</h1>
{body}
</main>
</body>
</html>
"""
FENCE = re.compile(r"```\w*\n(.*?)\n```", re.DOTALL)
CODE = re.compile(r"`([^`]+)`")

Json = dict[str, Any]


def reference_routes(describe: Callable[[], Json]) -> APIRouter:
    """Return the route of the page; like the description, it needs no key.

    :param describe: returns the OpenAPI description
    """
    router = APIRouter(include_in_schema=False)

    @cache
    def page() -> str:
        return reference_page(describe())

    @router.get("/docs", response_class=HTMLResponse)
    async def docs() -> HTMLResponse:
        return HTMLResponse(page(), headers=HEADERS)

    return router


def reference_page(described: Json) -> str:
    """Return the page about an API.

    :param described: its OpenAPI description
    """
    info = described["info"]
    body = [
        *_prose(info["description"]),
        "<p>For programs: <a href='openapi.json'>openapi.json</a></p>",
        "<h2>Routes</h2>",
        *_routes(described["paths"]),
        "<h2>Objects</h2>",
        *_objects(described["components"]["schemas"]),
    ]
    return PAGE.format(title=html.escape(info["title"]), style=STYLE, body="\n".join(body))


def _routes(paths: Json) -> Iterator[str]:
    for path, operations in paths.items():
        for method, operation in operations.items():
            yield f"<section><h3><code>{method.upper()} {html.escape(path)}</code></h3>"
            yield from _prose(operation.get("description") or operation["summary"])
            if parameters := operation.get("parameters"):
                yield from _table(("Parameter", "In", "Takes", "Required"), map(_parameter, parameters))
            for media_type, content in operation.get("requestBody", {}).get("content", {}).items():
                yield f"<p>Body, <code>{html.escape(media_type)}</code>: {_type(content['schema'])}</p>"
            answers = (_answer(status, answer) for status, answer in operation["responses"].items())
            yield from _table(("Answer", "Meaning", "Body"), answers)
            yield "</section>"


def _parameter(parameter: Json) -> tuple[str, ...]:
    required = "yes" if parameter.get("required") else "no"
    name = f"<code>{html.escape(parameter['name'])}</code>"
    return name, parameter["in"], _type(parameter["schema"]), required


def _answer(status: str, answer: Json) -> tuple[str, ...]:
    types = dict.fromkeys(_type(content["schema"]) for content in answer.get("content", {}).values())
    return html.escape(status), _inline(answer["description"]), ", ".join(types)


def _objects(schemas: Json) -> Iterator[str]:
    for name, schema in schemas.items():
        yield f"<section id='{html.escape(name)}'><h3>{html.escape(name)}</h3>"
        yield from _prose(schema.get("description", ""))
        if "enum" in schema:
            yield f"<p>One of {_type(schema)}.</p>"
        required = schema.get("required", [])
        if fields := schema.get("properties"):
            rows = (_field(each, field, required=each in required) for each, field in fields.items())
            yield from _table(("Field", "Type", "Required", "Meaning"), rows)
        for example in schema.get("examples", []):
            yield _code(json.dumps(example, indent=2, ensure_ascii=False))
        yield "</section>"


def _field(name: str, field: Json, *, required: bool) -> tuple[str, ...]:
    about = _inline(field.get("description", ""))
    return f"<code>{html.escape(name)}</code>", _type(field), "yes" if required else "no", about


def _type(schema: Json) -> str:
    """Return what a schema takes, with links to the objects it names."""
    if "$ref" in schema:
        name = html.escape(schema["$ref"].rpartition("/")[2])
        return f"<a href='#{name}'>{name}</a>"
    if members := schema.get("anyOf") or schema.get("allOf"):
        return " or ".join(map(_type, members))
    if "enum" in schema:
        return ", ".join(f"<code>{html.escape(str(each))}</code>" for each in schema["enum"])
    if "const" in schema:
        return f"<code>{html.escape(str(schema['const']))}</code>"
    if schema.get("type") == "array":
        return f"list of {_type(schema.get('items', {}))}"
    return html.escape(schema.get("type", "anything"))


def _prose(text: str) -> Iterator[str]:
    """Yield paragraphs and blocks of code of a text in Markdown; it knows nothing else of it."""
    for place, part in enumerate(FENCE.split(text)):
        if place % 2:
            yield _code(part)
        else:
            yield from (f"<p>{_inline(each)}</p>" for each in part.split("\n\n") if each.strip())


def _inline(text: str) -> str:
    return CODE.sub(r"<code>\1</code>", html.escape(text.strip(), quote=False))


def _code(text: str) -> str:
    return f"<pre tabindex='0'><code>{html.escape(text)}</code></pre>"


def _table(heads: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> Iterator[str]:
    cells = "".join(f"<th scope='col'>{each}</th>" for each in heads)
    yield f"<table><thead><tr>{cells}</tr></thead><tbody>"
    yield from ("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    yield "</tbody></table>"
