"""What must never be seen by anyone it does not belong to: keys, and another caller's words."""

import pytest
from playwright.sync_api import Response, WebSocket, expect

from tests.browser.caller import Caller
from tests.browser.conftest import ENGINE_KEY, CallerFactory
from tests.fakes.provider import ScriptedProvider
from tests.fakes.running_app import RunningApp
from tests.fakes.turns import spoken_turn


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
        bodies = [response.body().decode("utf-8", "replace") for response in self._responses if response.ok]
        heads = [str(response.all_headers()) for response in self._responses]
        assert frames and bodies
        return "\n".join([*frames, *bodies, *heads, self._caller.page.content()])


def test_relayed_no_key_of_any_kind_reaches_browser_or_log(
    provider: ScriptedProvider, provider_app: RunningApp, caller_at: CallerFactory
) -> None:
    caller = caller_at(provider_app.url)
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


def test_ephemeral_the_server_key_stays_here_and_the_short_key_stays_out_of_the_log(
    provider: ScriptedProvider, ephemeral_app: RunningApp, caller_at: CallerFactory
) -> None:
    caller = caller_at(ephemeral_app.url)
    wiretap = Wiretap(caller)
    caller.open().go_live()
    (short_key,) = provider.issued
    seen = wiretap.everything()
    assert short_key in seen, "the wiretap is deaf"
    assert provider.key not in seen + ephemeral_app.log
    assert short_key not in ephemeral_app.log


def test_the_engines_own_key_is_as_secret_as_any(engine_app: RunningApp, caller_at: CallerFactory) -> None:
    caller = caller_at(engine_app.url)
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
