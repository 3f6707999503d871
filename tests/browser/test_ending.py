"""Every end of a call: the microphone goes off, the provider is hung up, the transcript stays."""

import re
import threading

import pytest
from playwright.sync_api import WebSocketRoute, expect

from tests.browser.caller import Caller
from tests.browser.conftest import AppFactory, CallerFactory
from tests.browser.sentences import sentence
from tests.fakes.provider import ScriptedProvider
from tests.fakes.running_app import RunningApp
from tests.fakes.turns import spoken_turn


@pytest.fixture
def talking(provider: ScriptedProvider, provider_app: RunningApp, caller_at: CallerFactory) -> Caller:
    """Start a call in which something was said."""
    return talk(caller_at(provider_app.url).open(), provider)


def talk(caller: Caller, provider: ScriptedProvider) -> Caller:
    caller.go_live()
    provider.send(*spoken_turn(1, "سلام", "وعلیکم السلام"))
    expect(caller.bubble("agent_1")).to_contain_text("وعلیکم السلام")
    return caller


def expect_an_end_with_the_transcript_kept(caller: Caller) -> None:
    caller.expect_microphone_released()
    caller.expect_peers_closed()
    expect(caller.stop_button).to_be_disabled()
    expect(caller.start_button).to_be_enabled()
    expect(caller.bubble("agent_1")).to_contain_text("وعلیکم السلام")


def test_stop_releases_the_microphone_and_hangs_up(talking: Caller, provider: ScriptedProvider) -> None:
    call = provider.call
    talking.stop()
    provider.wait_for_hangup(call)
    expect_an_end_with_the_transcript_kept(talking)
    expect(talking.status).to_contain_text("Disconnected")


def test_after_stop_the_next_call_starts_clean(talking: Caller, provider: ScriptedProvider) -> None:
    talking.stop()
    provider.wait_for_hangup()
    talking.go_live()
    assert len(provider.calls) == 2
    provider.send(*spoken_turn(2, "پھر سلام", "جی فرمائیے"))
    expect(talking.bubble("agent_2")).to_contain_text("جی فرمائیے")


def test_the_circle_rests_while_a_call_is_set_up_and_moves_again_after_it(
    provider: ScriptedProvider, provider_app: RunningApp, caller_at: CallerFactory
) -> None:
    caller = caller_at(provider_app.url, reduced_motion="no-preference").open()
    states = (
        "[...new Set(document.querySelector('.orb').getAnimations({subtree: true}).map(a => a.playState))]"
    )
    provider.delay_ms = 100
    caller.page.evaluate("document.querySelector('.button--start').click()")
    assert caller.page.evaluate(states) == ["paused"]
    caller.wait_until_live()
    caller.page.wait_for_function(f"{states}.join() === 'running'")
    caller.stop()
    expect(caller.page.locator(".orb")).to_have_attribute("data-state", "idle")
    caller.page.wait_for_function(f"{states}.join() === 'running'")


def test_stop_before_the_provider_answered_leaves_nothing_open(
    provider: ScriptedProvider, provider_app: RunningApp, caller_at: CallerFactory
) -> None:
    provider.delay_ms = 800
    caller = caller_at(provider_app.url).open()
    caller.expects_problem("410", "ERR_ABORTED")
    caller.start()
    provider.wait_for_request("calls")
    caller.stop()
    provider.calls.wait_for()
    provider.wait_for_hangup()
    caller.expect_microphone_released()
    caller.expect_peers_closed()


def test_a_closed_tab_hangs_up(talking: Caller, provider: ScriptedProvider) -> None:
    call = provider.call
    talking.leave()
    provider.wait_for_hangup(call)


def socket_that_can_be_muted(caller: Caller) -> threading.Event:
    """Once it is set, nothing of what the page sends arrives, and the page does not know it."""
    mute = threading.Event()

    def forward_until_mute(page_socket: WebSocketRoute) -> None:
        server = page_socket.connect_to_server()
        page_socket.on_message(lambda message: None if mute.is_set() else server.send(message))

    caller.page.route_web_socket(re.compile("_nicegui_ws"), forward_until_mute)
    return mute


def test_a_tab_closed_while_its_socket_carries_nothing_hangs_up_by_its_beacon(
    provider: ScriptedProvider, provider_app: RunningApp, caller_at: CallerFactory
) -> None:
    caller = caller_at(provider_app.url, own=True)
    mute = socket_that_can_be_muted(caller)
    talk(caller.open(), provider)
    mute.set()
    caller.leave()
    provider.wait_for_hangup()


def test_stop_on_a_socket_that_carries_nothing_hangs_up_by_its_beacon_and_offers_no_resume(
    provider: ScriptedProvider, provider_app: RunningApp, caller_at: CallerFactory
) -> None:
    caller = caller_at(provider_app.url, own=True)
    mute = socket_that_can_be_muted(caller)
    talk(caller.open(), provider)
    mute.set()
    caller.stop()
    provider.wait_for_hangup()
    expect(caller.status).to_contain_text(sentence("stopped"))
    expect(caller.page.locator(".resume")).to_be_hidden()


def test_a_reload_hangs_up(talking: Caller, provider: ScriptedProvider) -> None:
    call = provider.call
    talking.page.on("dialog", lambda dialog: dialog.accept())
    talking.page.reload()
    provider.wait_for_hangup(call)
    talking.wait_until_alive()


def test_a_stopping_server_hangs_up_and_the_page_says_so(
    provider: ScriptedProvider, provider_env: dict[str, str], own_app: AppFactory, caller_at: CallerFactory
) -> None:
    app = own_app(provider_env)
    caller = talk(caller_at(app.url).open(), provider)
    caller.expects_problem("WebSocket", "ERR_CONNECTION_REFUSED", "Failed to load resource")
    call = provider.call
    app.ask_to_end()
    provider.wait_for_hangup(call)
    app.wait_until_ended()
    caller.expect_microphone_released()
    # Either comes first: the server's word that it stops, or the loss of its socket, which hides that word.
    says_so = caller.page.get_by_text(sentence("server_stopping")).or_(caller.page.get_by_role("alert"))
    expect(says_so.filter(visible=True).first).to_be_visible()
    expect(caller.bubble("agent_1")).to_contain_text("وعلیکم السلام")


def test_a_provider_that_ends_the_call_leaves_transcript_reason_and_a_way_to_start_again(
    talking: Caller, provider: ScriptedProvider
) -> None:
    provider.call.drop()
    expect_an_end_with_the_transcript_kept(talking)
    expect(talking.page.get_by_role("button", name="Start again")).to_be_visible()
    expect(talking.status).not_to_contain_text("بولیں")


def test_a_closed_channel_ends_the_call(talking: Caller, provider: ScriptedProvider) -> None:
    provider.call.close_channel()
    expect_an_end_with_the_transcript_kept(talking)
    provider.wait_for_hangup()


def test_the_time_limit_ends_the_call_by_the_servers_hang_up(
    provider: ScriptedProvider,
    provider_env: dict[str, str],
    app_of_session: AppFactory,
    caller_at: CallerFactory,
) -> None:
    app = app_of_session(**provider_env, MAX_CALL_MINUTES="0.03")
    caller = talk(caller_at(app.url).open(), provider)
    provider.wait_for_hangup()
    expect_an_end_with_the_transcript_kept(caller)
    expect(caller.status).to_contain_text(sentence("limit_minutes"))
