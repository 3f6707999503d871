import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from engine.http.app import create_engine
from tests.fakes.engine_server import SERVER_KEY, authorization
from tests.fakes.schema_check import fits

SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {"name": {"type": ["string", "null"]}, "city": {"type": "string"}},
    "required": ["name", "city"],
    "additionalProperties": False,
}
FORMAT = {"type": "json_schema", "name": "profile", "schema": SCHEMA, "strict": True}
BODY: dict[str, Any] = {
    "model": "any",
    "input": "Caller: میرا نام علی ہے",
    "text": {"format": FORMAT},
    "store": False,
}


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    app = create_engine(SERVER_KEY)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(
        transport=transport, base_url="http://engine", headers=authorization()
    ) as client:
        yield client
    await app.state.engine.close()


async def test_the_answer_is_json_that_fits_in_the_apis_shape(http: httpx.AsyncClient) -> None:
    answer = (await http.post("/responses", json=BODY)).json()
    message = answer["output"][0]
    made = json.loads(message["content"][0]["text"])
    assert made == {"name": "علی", "city": ""}
    assert fits(made, SCHEMA)
    assert (answer["object"], answer["status"], answer["model"]) == ("response", "completed", "any")
    assert (message["type"], message["role"], message["content"][0]["type"]) == (
        "message", "assistant", "output_text",
    )  # fmt: skip
    assert answer["text"]["format"] == FORMAT
    usage = answer["usage"]
    assert usage["total_tokens"] == usage["input_tokens"] + usage["output_tokens"] > 2


@pytest.mark.parametrize(
    ("changes", "code", "param"),
    [
        ({"input": None}, "missing_required_parameter", "input"),
        ({"text": None}, "missing_required_parameter", "text"),
        ({"text": {"format": {"type": "text"}}}, "invalid_value", "text.format.type"),
        ({"text": {"format": {**FORMAT, "name": "no spaces"}}}, "invalid_value", "text.format.name"),
        (
            {"text": {"format": {**FORMAT, "schema": {"$ref": "#"}}}},
            "invalid_json_schema",
            "text.format.schema",
        ),
        ({"stream": True}, "invalid_value", "stream"),
        ({"tools": []}, "unknown_parameter", "tools"),
    ],
)
async def test_what_cannot_be_answered_is_refused_by_field(
    http: httpx.AsyncClient, changes: dict[str, Any], code: str, param: str
) -> None:
    body = {name: value for name, value in (BODY | changes).items() if value is not None}
    answer = await http.post("/responses", json=body)
    error = answer.json()["error"]
    assert (answer.status_code, error["code"], error["param"]) == (400, code, param)


async def test_only_the_server_key_is_answered(http: httpx.AsyncClient) -> None:
    for key in ("sk-wrong", (await http.post("/realtime/client_secrets")).json()["value"]):
        answer = await http.post("/responses", json=BODY, headers=authorization(key))
        assert (answer.status_code, answer.json()["error"]["code"]) == (401, "invalid_api_key")


async def test_a_request_has_its_limit(http: httpx.AsyncClient) -> None:
    answer = await http.post("/responses", json=BODY | {"input": "x" * 300_000})
    assert answer.status_code == 413
