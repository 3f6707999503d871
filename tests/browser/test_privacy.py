"""What must never be seen by anyone it does not belong to: keys, and another caller's words."""

import json
import secrets
from typing import Any

import httpx
import pytest
from playwright.sync_api import Error, Response, WebSocket, expect

from access.passwords import hash_password
from tests.browser.caller import Caller
from tests.browser.conftest import ENGINE_KEY, AppFactory, CallerFactory
from tests.browser.sentences import sentence
from tests.fakes.provider import ScriptedProvider
from tests.fakes.running_app import RunningApp
from tests.fakes.turns import USAGE, spoken_turn, transcribed


class Wiretap:
    """Everything the browser received, and everything its sockets carried either way."""

    def __init__(self, caller: Caller) -> None:
        self._frames: list[str | bytes] = []
        self._responses: list[Response] = []
        self._caller = caller
        caller.page.on("response", lambda response: self._responses.append(response))
        caller.page.on("websocket", self._listen)

    def _listen(self, socket: WebSocket) -> None:
        for direction in ("framesent", "framereceived"):
            socket.on(direction, lambda frame: self._frames.append(frame))

    def everything(self) -> str:
        frames = [f if isinstance(f, str) else f.decode("utf-8", "replace") for f in self._frames]
        bodies = [body for each in self._responses if _has_body(each) and (body := _body(each)) is not None]
        whole = sum(map(_has_body, self._responses))
        assert len(bodies) >= 0.9 * whole, f"{len(bodies)} of {whole} bodies could be read"
        heads = [str(response.all_headers()) for response in self._responses]
        assert frames and bodies
        return "\n".join([*frames, *bodies, *heads, self._caller.page.content()])


def _body(response: Response) -> str | None:
    """None: the browser has dropped it by now, as it does with some that nobody waits for."""
    try:
        return response.body().decode("utf-8", "replace")
    except Error:
        return None


def _has_body(response: Response) -> bool:
    """Failed ones have one too."""
    return response.status not in (204, 304) and not 300 <= response.status < 304


def test_relayed_no_key_of_any_kind_reaches_browser_or_log(
    provider: ScriptedProvider, provider_app: RunningApp, caller_at: CallerFactory
) -> None:
    caller = caller_at(provider_app.url, own=True)
    wiretap = Wiretap(caller)
    caller.open().go_live()
    provider.send(*spoken_turn(1, "سلام", "وعلیکم السلام"))
    expect(caller.bubble("agent_1")).to_contain_text("وعلیکم السلام")
    caller.stop()
    provider.wait_for_hangup()
    seen = wiretap.everything()
    assert "وعلیکم السلام" in seen, "the wiretap is deaf"
    assert provider.key not in seen + provider_app.log
    assert "ek_" not in seen + provider_app.log


def test_captions_bring_no_key_of_any_kind_to_browser_or_log(
    provider: ScriptedProvider, provider_app: RunningApp, caller_at: CallerFactory
) -> None:
    caller = caller_at(f"{provider_app.url}/captions?lang=en", own=True)
    wiretap = Wiretap(caller)
    caller.open().start()
    expect(caller.status).to_have_attribute("data-state", "live")
    provider.send(*transcribed("a", "Good morning."))
    expect(caller.bubble("a")).to_contain_text("Good morning.")
    caller.stop()
    provider.wait_for_hangup()
    seen = wiretap.everything()
    assert "Good morning." in seen, "the wiretap is deaf"
    assert provider.issued[0].startswith("ek_")
    assert provider.key not in seen + provider_app.log
    assert "ek_" not in seen + provider_app.log


def test_ephemeral_the_server_key_stays_here_and_the_short_key_stays_out_of_the_log(
    provider: ScriptedProvider, ephemeral_app: RunningApp, caller_at: CallerFactory
) -> None:
    caller = caller_at(ephemeral_app.url, own=True)
    wiretap = Wiretap(caller)
    caller.open().go_live()
    (short_key,) = provider.issued
    seen = wiretap.everything()
    assert short_key in seen, "the wiretap is deaf"
    assert provider.key not in seen + ephemeral_app.log
    assert short_key not in ephemeral_app.log


def test_the_engines_own_key_is_as_secret_as_any(engine_app: RunningApp, caller_at: CallerFactory) -> None:
    caller = caller_at(engine_app.url, own=True)
    wiretap = Wiretap(caller)
    caller.open().go_live()
    assert ENGINE_KEY not in wiretap.everything() + engine_app.log


def test_what_was_said_is_in_no_log(
    provider: ScriptedProvider, provider_app: RunningApp, caller_at: CallerFactory
) -> None:
    caller = caller_at(provider_app.url).open()
    caller.go_live()
    provider.send(*spoken_turn(1, "میرا شناختی نمبر 42101", "شکریہ"))
    expect(caller.bubble("agent_1")).to_contain_text("شکریہ")
    caller.type("خفیہ بات")
    provider.call.wait_for("conversation.item.create")
    assert not any(word in provider_app.log for word in ("42101", "شناختی", "شکریہ", "خفیہ"))


SPOKEN, REPLIED, TYPED, SUMMED_UP, LEAKED = "سنگترہ", "خربوزہ", "انناس", "شہتوت", "tangerine"
IBAN = "PK36SCBL0000001123456702"
PASSWORD = "the-admin-of-this-test"


def tool_call(number: int, **arguments: str) -> list[dict[str, Any]]:
    """Let the agent call the public tool that checks an IBAN."""
    item = {
        "id": f"tool_{number}",
        "type": "function_call",
        "status": "completed",
        "call_id": f"call_{number}",
        "name": "check_iban",
        "arguments": json.dumps(arguments),
    }
    response = {"id": f"resp_tool_{number}", "status": "completed", "output": [item], "usage": USAGE}
    about = {"response_id": response["id"], "output_index": 0, "item": item}
    return [
        {"type": "response.created", "response": {"id": response["id"], "status": "in_progress"}},
        {
            "type": "response.output_item.added",
            "response_id": response["id"],
            "output_index": 0,
            "item": item,
        },
        {"type": "conversation.item.added", "previous_item_id": None, "item": item},
        {"type": "conversation.item.done", "previous_item_id": None, "item": item},
        {"type": "response.output_item.done", **about},
        {"type": "response.done", "response": response},
    ]


def answer_questions(provider: ScriptedProvider, text: str) -> None:
    """Answer what a controlled call is asked at its end: a topic and a summary."""

    def asked(told: tuple[str, dict[str, Any]]) -> bool:
        return told[1].get("type") == "response.create" and "metadata" in told[1].get("response", {})

    provider.sideband_events.wait_for(lambda _: sum(map(asked, provider.sideband_events)) == 2)
    for _, question in filter(asked, list(provider.sideband_events)):
        content = [{"type": "output_text", "text": text}]
        item = {"id": "aside", "type": "message", "role": "assistant", "content": content}
        about = {
            "id": f"resp_{secrets.token_hex(4)}",
            "conversation_id": None,
            "status": "completed",
            "usage": USAGE,
        }
        metadata = question["response"]["metadata"]
        provider.send(
            {"type": "response.done", "response": {**about, "output": [item], "metadata": metadata}}
        )


def asked_over_the_api(app: RunningApp, provider: ScriptedProvider) -> str:
    """Everything that the API answers the admin about the first call, and what it answers when it fails."""
    leak = {"error": {"message": f"Incorrect API key provided: {provider.key}. {LEAKED}"}}
    with httpx.Client(base_url=app.url, auth=("admin", PASSWORD)) as http:
        listed = http.get("/sessions")
        session = listed.json()["sessions"][-1]
        provider.answer_next("other", status=500, body=leak)
        answers = [
            listed,
            http.get(f"/sessions/{session['id']}"),
            http.get(f"/sessions/{session['id']}/transcript.json"),
            http.post("/extract-profile", json={"sessionId": session["id"]}),
            http.post("/extract-profile", content=LEAKED, headers={"Content-Type": "application/json"}),
            http.post("/extract-profile", content=LEAKED),
            http.get(f"/sessions/nobody?note={LEAKED}"),
        ]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 502, 400, 415, 404]
    return "\n".join(f"{answer.text} {answer.headers}" for answer in answers)


@pytest.mark.parametrize("control", ["persona", "sideband"], ids=["bridged", "controlled"])
def test_in_a_whole_call_the_key_is_nowhere_and_no_customers_word_is_in_the_log(
    control: str,
    provider: ScriptedProvider,
    provider_env: dict[str, str],
    own_app: AppFactory,
    caller_at: CallerFactory,
) -> None:
    app = own_app(provider_env | {"CONTROL": control, "ADMIN_PASSWORD_HASH": hash_password(PASSWORD)})
    caller = caller_at(app.url, own=True)
    caller.expects_problem("502")
    wiretap = Wiretap(caller)
    caller.open().go_live()
    provider.send(*spoken_turn(1, f"میرا {SPOKEN} {IBAN}", f"شکریہ {REPLIED}"), *tool_call(1, iban=IBAN))
    expect(caller.bubble("agent_1")).to_contain_text(REPLIED)
    caller.type(TYPED)
    if control == "persona":
        provider.call.wait_for("conversation.item.create")
        caller.stop()
    else:
        provider.sideband_events.wait_for(lambda told: "function_call_output" in json.dumps(told))
        caller.stop()
        answer_questions(provider, SUMMED_UP)
    provider.wait_for_hangup()
    leak = {"error": {"message": f"Incorrect API key provided: {provider.key}. {LEAKED}"}}
    provider.answer_next("calls", status=401, body=leak)
    caller.start()
    expect(caller.status).to_contain_text(sentence("provider_unauthorized"))
    seen = wiretap.everything()
    told = asked_over_the_api(app, provider)
    app.stop()
    kept = b"".join(file.read_bytes() for file in app.directory.rglob("*") if file.is_file())
    assert not any(key in seen + told + app.log for key in (provider.key, "ek_"))
    assert provider.key.encode() not in kept
    for word in (SPOKEN, REPLIED, TYPED, SUMMED_UP, LEAKED, IBAN):
        assert word not in app.log
    database = b"".join(file.read_bytes() for file in (app.directory / "data").iterdir())
    assert SPOKEN.encode() in database and SPOKEN in told, "nothing was recorded"
    assert IBAN.encode() not in database
    assert (SUMMED_UP.encode() in database) is (control == "sideband")


def test_two_callers_at_once_never_see_each_other(
    provider: ScriptedProvider, provider_app: RunningApp, caller_at: CallerFactory
) -> None:
    first, second = caller_at(provider_app.url).open(), caller_at(provider_app.url).open()
    first.go_live()
    call_of_first = provider.call
    second.go_live()
    call_of_second = provider.call
    provider.send(*spoken_turn(1, "میں پہلا ہوں", "سلام، پہلے صاحب"), call=call_of_first)
    provider.send(*spoken_turn(1, "میں دوسرا ہوں", "سلام، دوسرے صاحب"), call=call_of_second)
    expect(first.bubble("agent_1")).to_contain_text("پہلے صاحب")
    expect(second.bubble("agent_1")).to_contain_text("دوسرے صاحب")
    first.type("صرف پہلے کی بات")
    call_of_first.wait_for("conversation.item.create")
    assert len(call_of_second.received) == 0
    assert "دوسر" not in first.page.get_by_role("log").inner_text()
    assert "پہل" not in second.page.get_by_role("log").inner_text()
    first.stop()
    provider.wait_for_hangup(call_of_first)
    expect(second.stop_button).to_be_enabled()
    assert call_of_second.id not in provider.hangups


@pytest.mark.parametrize("path", ["/calls/offer", "/calls/end", "/engine/v1/realtime/client_secrets"])
def test_nobody_spends_the_owners_key_without_a_ticket(
    path: str, provider: ScriptedProvider, provider_app: RunningApp, caller_at: CallerFactory
) -> None:
    caller = caller_at(provider_app.url).open()
    answer = caller.page.request.post(f"{provider_app.url}{path}", data="v=0")
    assert answer.status in (204, 401, 403, 404, 405)
    assert provider.requests_to("calls") == []
