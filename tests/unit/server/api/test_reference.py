"""The page about the API, made from its description."""

import html
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from server.api.app import example
from server.api.reference import reference_page
from tests.fakes.api_house import ApiHouse


@pytest.fixture
async def api(tmp_path: Path) -> AsyncIterator[ApiHouse]:
    async with ApiHouse.in_(tmp_path) as api:
        yield api


async def test_it_shows_every_route_every_object_and_the_examples_without_a_key(api: ApiHouse) -> None:
    http = api.http(None)
    described = (await http.get("/openapi.json")).json()
    answer = await http.get("/docs")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    for path, operations in described["paths"].items():
        for method in operations:
            assert f"<code>{method.upper()} {path}</code>" in answer.text
    for name in described["components"]["schemas"]:
        assert f"id='{name}'" in answer.text
    shown = html.unescape(answer.text)
    for name in ("call.js", "captions.js", "call.swift"):
        assert example(name) in shown


def test_what_a_description_says_is_text_and_no_markup() -> None:
    described = {
        "info": {"title": "<b>", "description": "Use `<key>`.\n\n```js\nlet a = `<b>`;\n```"},
        "paths": {},
        "components": {
            "schemas": {
                "Thing": {
                    "type": "object",
                    "required": ["name"],
                    "properties": {
                        "name": {"type": "string", "description": "A <i>."},
                        "other": {"anyOf": [{"$ref": "#/components/schemas/Thing"}, {"type": "null"}]},
                        "kinds": {"type": "array", "items": {"enum": ["a", "b"]}},
                    },
                }
            }
        },
    }
    page = reference_page(described)
    assert "<b>" not in page and "<i>" not in page
    assert "<code>&lt;key&gt;</code>" in page
    assert "<pre tabindex='0'><code>let a = `&lt;b&gt;`;</code></pre>" in page
    assert "<a href='#Thing'>Thing</a> or null" in page
    assert "list of <code>a</code>, <code>b</code>" in page
