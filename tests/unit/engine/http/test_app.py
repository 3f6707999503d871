import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from engine.http.app import create_engine
from tests.fakes.engine_server import SERVER_KEY, authorization
from tests.fakes.webrtc_caller import calling

SESSION = {"type": "realtime", "instructions": "Be kind."}
SDP = "application/sdp"


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


CLOCK = Clock()


@pytest.fixture
async def app() -> AsyncIterator[FastAPI]:
    CLOCK.now = 1000
    made = create_engine(SERVER_KEY, now=CLOCK)
    yield made
    await made.state.engine.close()


@pytest.fixture
async def http(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(
        transport=transport, base_url="http://engine", headers=authorization()
    ) as client:
        yield client


@pytest.fixture
async def offer() -> AsyncIterator[str]:
    async with calling() as caller:
        yield await caller.offer()


def multipart(sdp: str | None, session: Any = SESSION) -> dict[str, Any]:
    parts = {
        "session": (None, session if isinstance(session, str) else json.dumps(session), "application/json")
    }
    return parts | ({"sdp": (None, sdp, SDP)} if sdp is not None else {})


def expect_error(answer: httpx.Response, status: int, code: str, param: str | None = None) -> None:
    assert answer.status_code == status
    error = answer.json()["error"]
    assert set(error) == {"type", "code", "message", "param"}
    assert (error["code"], error["param"]) == (code, param)


async def test_a_relayed_offer_is_answered_with_a_call(
    http: httpx.AsyncClient, offer: str, app: FastAPI
) -> None:
    answer = await http.post("/realtime/calls", files=multipart(offer))
    assert (answer.status_code, answer.headers["content-type"]) == (201, SDP)
    assert answer.headers["location"].startswith("/v1/realtime/calls/rtc_")
    assert answer.text.startswith("v=0")
    assert "a=candidate:" in answer.text
    call = app.state.engine.calls.get(answer.headers["location"].rsplit("/", 1)[-1])
    assert call.session.config.instructions == "Be kind."


async def test_a_raw_offer_with_an_ephemeral_key_gets_the_keys_session(
    http: httpx.AsyncClient, offer: str, app: FastAPI
) -> None:
    secret = (await http.post("/realtime/client_secrets", json={"session": SESSION})).json()
    headers = authorization(secret["value"]) | {"Content-Type": SDP}
    answer = await http.post("/realtime/calls", content=offer, headers=headers)
    assert answer.status_code == 201
    call = app.state.engine.calls.get(answer.headers["location"].rsplit("/", 1)[-1])
    assert call.session.config.instructions == "Be kind."


async def test_an_ephemeral_key_expires(http: httpx.AsyncClient, offer: str) -> None:
    body = {"session": SESSION, "expires_after": {"anchor": "created_at", "seconds": 60}}
    secret = (await http.post("/realtime/client_secrets", json=body)).json()
    assert secret["expires_at"] == 1060
    CLOCK.now = 1061
    answer = await http.post("/realtime/calls", content=offer, headers=authorization(secret["value"]))
    expect_error(answer, 401, "invalid_api_key")


async def test_an_ephemeral_key_can_neither_mint_nor_hang_up_nor_choose_a_session(
    http: httpx.AsyncClient, offer: str
) -> None:
    key = authorization((await http.post("/realtime/client_secrets")).json()["value"])
    expect_error(await http.post("/realtime/client_secrets", headers=key), 401, "invalid_api_key")
    expect_error(await http.post("/realtime/calls/rtc_1/hangup", headers=key), 401, "invalid_api_key")
    answer = await http.post("/realtime/calls", files=multipart(offer), headers=key)
    expect_error(answer, 401, "invalid_api_key")


@pytest.mark.parametrize("key", [{"Authorization": "Bearer sk-wrong"}, {"Authorization": "Basic x"}])
@pytest.mark.parametrize("path", ["client_secrets", "calls", "calls/rtc_1/hangup"])
async def test_wrong_keys_are_refused_everywhere(
    http: httpx.AsyncClient, path: str, key: dict[str, str]
) -> None:
    expect_error(await http.post(f"/realtime/{path}", headers=key), 401, "invalid_api_key")


async def test_hanging_up_works_once(http: httpx.AsyncClient, offer: str, app: FastAPI) -> None:
    location = (await http.post("/realtime/calls", files=multipart(offer))).headers["location"]
    path = f"{location.removeprefix('/v1')}/hangup"
    assert (await http.post(path)).status_code == 200
    assert len(app.state.engine.calls) == 0
    expect_error(await http.post(path), 404, "call_id_not_found")


@pytest.mark.parametrize(
    ("sdp", "code"),
    [
        (None, "missing_required_parameter"),
        ("", "invalid_offer"),
        ("hello", "invalid_offer"),
        ("v=0\r\n", "invalid_offer"),
        ("v=0\r\nm=audio x\r\n", "invalid_offer"),
    ],
)
async def test_a_bad_offer_is_refused_and_leaves_no_call(
    http: httpx.AsyncClient, app: FastAPI, sdp: str | None, code: str
) -> None:
    expect_error(await http.post("/realtime/calls", files=multipart(sdp)), 400, code, "sdp")
    assert len(app.state.engine.calls) == 0


@pytest.mark.parametrize(
    ("session", "code", "param"),
    [
        ({}, "missing_required_parameter", "session.type"),
        ({"type": "realtime", "voice": "ash"}, "unknown_parameter", "session.voice"),
        ({"type": "transcription"}, "invalid_value", "session.type"),
        ("{", "invalid_json", "session"),
        ([], "invalid_type", "session"),
    ],
)
async def test_a_bad_session_is_refused_by_field(
    http: httpx.AsyncClient, offer: str, session: Any, code: str, param: str
) -> None:
    expect_error(await http.post("/realtime/calls", files=multipart(offer, session)), 400, code, param)


@pytest.mark.parametrize("seconds", [9, 7201, "60"])
async def test_a_secret_lasts_ten_seconds_to_two_hours(http: httpx.AsyncClient, seconds: Any) -> None:
    answer = await http.post("/realtime/client_secrets", json={"expires_after": {"seconds": seconds}})
    assert answer.json()["error"]["param"] == "expires_after.seconds"


async def test_the_beta_is_gone(http: httpx.AsyncClient) -> None:
    answer = await http.post("/realtime/client_secrets", headers={"OpenAI-Beta": "realtime=v1"})
    expect_error(answer, 400, "beta_api_shape_disabled")


async def test_an_offer_has_its_limit(http: httpx.AsyncClient) -> None:
    answer = await http.post("/realtime/calls", content="x" * 300_000)
    expect_error(answer, 413, "request_too_large")


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [("GET", "/models", 404, "unknown_url"), ("GET", "/realtime/calls", 405, "method_not_supported")],
)
async def test_what_is_not_served_is_refused_in_the_apis_shape(
    http: httpx.AsyncClient, method: str, path: str, status: int, code: str
) -> None:
    expect_error(await http.request(method, path), status, code)


async def test_no_answer_repeats_a_key(http: httpx.AsyncClient) -> None:
    answer = await http.post("/realtime/client_secrets", headers=authorization("sk-secret-guess"))
    assert "sk-secret-guess" not in answer.text


async def test_a_body_that_cannot_be_read_is_told_from_a_wrong_address(http: httpx.AsyncClient) -> None:
    answer = await http.post("/realtime/calls", content=b"x", headers={"Content-Type": "multipart/form-data"})
    expect_error(answer, 400, "invalid_request")


async def test_an_error_of_the_engines_own_has_the_apis_shape_too(
    app: FastAPI, offer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app.state.engine.calls, "create", None)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://engine") as http:
        answer = await http.post("/realtime/calls", files=multipart(offer), headers=authorization())
    expect_error(answer, 500, "internal_error")


FROM_A_PAGE = {"Origin": "https://app.example"}
PREFLIGHT = FROM_A_PAGE | {
    "Access-Control-Request-Method": "POST",
    "Access-Control-Request-Headers": "authorization,content-type,x-openai-agents-sdk",
}


async def test_a_page_of_any_origin_may_post_an_offer_with_an_ephemeral_key_and_read_where_the_call_is(
    http: httpx.AsyncClient, offer: str
) -> None:
    preflight = await http.options("/realtime/calls", headers=PREFLIGHT | {"Authorization": ""})
    assert preflight.status_code == 200
    assert preflight.headers["access-control-allow-origin"] == "*"
    assert "X-OpenAI-Agents-SDK" in preflight.headers["access-control-allow-headers"]
    secret = (await http.post("/realtime/client_secrets", json={"session": SESSION})).json()
    headers = authorization(secret["value"]) | FROM_A_PAGE
    answer = await http.post("/realtime/calls", content=offer, headers=headers)
    assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (201, "*")
    assert "Location" in answer.headers["access-control-expose-headers"]
    assert "access-control-allow-credentials" not in answer.headers


async def test_a_page_can_read_why_its_ephemeral_key_is_refused(http: httpx.AsyncClient) -> None:
    headers = authorization("ek_expired") | FROM_A_PAGE
    answer = await http.post("/realtime/calls", content="v=0", headers=headers)
    expect_error(answer, 401, "invalid_api_key")
    assert answer.headers["access-control-allow-origin"] == "*"


@pytest.mark.parametrize("path", ["client_secrets", "calls/rtc_1/hangup"])
async def test_the_routes_of_the_server_key_are_closed_to_pages(http: httpx.AsyncClient, path: str) -> None:
    preflight = await http.options(f"/realtime/{path}", headers=PREFLIGHT)
    answer = await http.post(f"/realtime/{path}", headers=FROM_A_PAGE)
    assert preflight.status_code == 405
    assert not any(name.startswith("access-control-") for name in (*preflight.headers, *answer.headers))


async def test_no_page_reads_what_the_server_key_gets(http: httpx.AsyncClient, offer: str) -> None:
    answer = await http.post("/realtime/calls", content=offer, headers=FROM_A_PAGE)
    assert answer.status_code == 201
    assert "access-control-allow-origin" not in answer.headers
