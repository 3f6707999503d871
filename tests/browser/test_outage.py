"""The page's socket fails while the call lives: nothing is lost, in either direction."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import CallerFactory
from tests.fakes.provider import ScriptedProvider
from tests.fakes.running_app import RunningApp
from tests.fakes.tcp_proxy import TcpProxy
from tests.fakes.turns import spoken_turn

SOCKET_TROUBLE = ("WebSocket", "ERR_CONNECTION", "ERR_EMPTY_RESPONSE", "Failed to load resource")


@pytest.fixture
def proxied() -> Iterator[Callable[[RunningApp], TcpProxy]]:
    proxies: list[TcpProxy] = []

    def stand_before(app: RunningApp) -> TcpProxy:
        proxies.append(TcpProxy(app.url).start())
        return proxies[-1]

    yield stand_before
    for proxy in proxies:
        proxy.stop()


@pytest.mark.parametrize("outage", [TcpProxy.refuse, TcpProxy.swallow], ids=["refused", "swallowed"])
@pytest.mark.parametrize("seconds", [10, pytest.param(60, marks=pytest.mark.slow)])
def test_a_while_without_the_pages_socket_loses_nothing(
    seconds: int,
    outage: Callable[[TcpProxy], None],
    provider: ScriptedProvider,
    provider_app: RunningApp,
    proxied: Callable[[RunningApp], TcpProxy],
    caller_at: CallerFactory,
) -> None:
    proxy = proxied(provider_app)
    caller = caller_at(proxy.url).open()
    caller.expects_problem(*SOCKET_TROUBLE)
    caller.go_live()
    provider.send(*spoken_turn(1, "پہلا سوال", "پہلا جواب"))
    expect(caller.bubble("agent_1")).to_contain_text("پہلا جواب")

    outage(proxy)
    provider.send(*spoken_turn(2, "دوسرا سوال", "دوسرا جواب", after="agent_1"))
    caller.type("لکھا ہوا سوال")
    caller.page.wait_for_timeout(seconds * 1000)
    provider.send(*spoken_turn(3, "تیسرا سوال", "تیسرا جواب", after="agent_2"))
    proxy.resume()

    expect(caller.bubble("agent_3")).to_contain_text("تیسرا جواب")
    expect(caller.bubble("user_2")).to_contain_text("دوسرا سوال")
    expect(caller.bubble("agent_2")).to_contain_text("دوسرا جواب")
    expect(caller.bubbles).to_have_count(6)
    item = provider.call.wait_for("conversation.item.create")["item"]
    assert item["content"][0]["text"] == "لکھا ہوا سوال"
    sent = [event["type"] for event in provider.call.received]
    assert sent.count("conversation.item.create") == 1
    assert len(provider.calls) == 1
    assert len(provider.hangups) == 0


def test_a_page_that_stays_away_longer_than_the_grace_is_hung_up(
    provider: ScriptedProvider,
    strict_app: RunningApp,
    proxied: Callable[[RunningApp], TcpProxy],
    caller_at: CallerFactory,
) -> None:
    proxy = proxied(strict_app)
    caller = caller_at(proxy.url).open()
    caller.expects_problem(*SOCKET_TROUBLE)
    caller.go_live()
    proxy.refuse()
    provider.wait_for_hangup()
    caller.expect_microphone_released()
    caller.expect_peers_closed()
    caller.expect_told_of_the_lost_page()


def test_a_turn_of_the_talk_button_in_an_outage_is_kept_and_answered_after_it(
    provider: ScriptedProvider,
    provider_app: RunningApp,
    proxied: Callable[[RunningApp], TcpProxy],
    caller_at: CallerFactory,
) -> None:
    proxy = proxied(provider_app)
    caller = caller_at(proxy.url).open()
    caller.expects_problem(*SOCKET_TROUBLE)
    caller.page.get_by_role("button", name="Talk by holding a button").click()
    caller.go_live()
    expect(caller.page.locator(".tools__hold")).to_be_enabled()
    proxy.refuse()
    caller.page.keyboard.down("Space")
    caller.page.wait_for_timeout(300)  # a turn is as long as the caller holds the key
    caller.page.keyboard.up("Space")
    provider.call.wait_for("input_audio_buffer.commit")
    proxy.resume()
    provider.call.wait_for("response.create")
    sent = [event["type"] for event in provider.call.received]
    assert sent == ["input_audio_buffer.clear", "input_audio_buffer.commit", "response.create"]
