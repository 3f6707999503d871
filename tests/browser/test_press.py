"""Start held down: the call is dialled before the click, and taken back where none follows."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.caller import Caller
from tests.browser.conftest import CallerFactory
from tests.browser.sentences import sentence
from tests.fakes.provider import ScriptedProvider
from tests.fakes.running_app import RunningApp
from tests.fakes.turns import spoken_turn

IDLE = 'Click "Start Conversation"'


def hold_start_down(caller: Caller) -> None:
    caller.start_button.hover()
    caller.page.mouse.down()


def slide_off(caller: Caller) -> None:
    """Let go of it elsewhere: no click."""
    caller.page.mouse.move(2, 2)
    caller.page.mouse.up()


def scroll(caller: Caller) -> None:
    """Send the events of a finger that goes on to scroll the page."""
    caller.start_button.dispatch_event("pointercancel")


def press_for_nothing(
    caller: Caller, provider: ScriptedProvider, let_go: Callable[[Caller], None] = slide_off
) -> None:
    hold_start_down(caller)
    provider.wait_for_request("calls")
    let_go(caller)
    provider.wait_for_hangup()


@pytest.fixture(params=["relay", "ephemeral"])
def app(request: pytest.FixtureRequest) -> RunningApp:
    fixture = {"relay": "provider_app", "ephemeral": "ephemeral_app"}[request.param]
    running: RunningApp = request.getfixturevalue(fixture)
    return running


def test_it_dials_before_the_click_and_shows_nothing_and_opens_no_microphone(
    provider: ScriptedProvider, app: RunningApp, caller_at: CallerFactory
) -> None:
    caller = caller_at(app.url).open()
    hold_start_down(caller)
    provider.wait_for_request("calls")
    caller.page.wait_for_function("window.__peers.some(peer => peer.connectionState === 'connected')")
    assert caller.page.evaluate("window.__tracks.length") == 0
    expect(caller.status).to_have_text(IDLE)
    expect(caller.stop_button).to_be_disabled()

    caller.page.mouse.up()
    caller.wait_until_live()
    assert len(provider.requests_to("calls")) == 1
    assert caller.page.evaluate("window.__tracks.length") == 1


@pytest.mark.parametrize("let_go", [slide_off, scroll])
def test_without_a_click_it_is_hung_up_and_nothing_was_shown(
    let_go: Callable[[Caller], None],
    provider: ScriptedProvider,
    provider_app: RunningApp,
    caller_at: CallerFactory,
) -> None:
    caller = caller_at(provider_app.url).open()
    press_for_nothing(caller, provider, let_go)
    caller.expect_peers_closed()
    expect(caller.status).to_have_text(IDLE)
    assert caller.page.evaluate("window.__tracks.length") == 0


def test_after_a_press_for_nothing_only_a_click_dials(
    provider: ScriptedProvider, provider_app: RunningApp, caller_at: CallerFactory
) -> None:
    caller = caller_at(provider_app.url).open()
    press_for_nothing(caller, provider)
    peers = caller.page.evaluate("window.__peers.length")

    hold_start_down(caller)
    assert caller.page.evaluate("window.__peers.length") == peers
    caller.page.mouse.up()
    caller.wait_until_live()
    assert len(provider.requests_to("calls")) == 2


@pytest.mark.parametrize(
    ("status", "body", "code"),
    [(401, "", "provider_unauthorized"), (201, "v=0 but no answer", "provider_bad_answer")],
)
def test_what_became_of_it_is_told_in_the_click_and_not_tried_again(
    status: int,
    body: str,
    code: str,
    provider: ScriptedProvider,
    provider_app: RunningApp,
    caller_at: CallerFactory,
) -> None:
    provider.answer_next("calls", status=status, body=body, headers={"Location": "/v1/realtime/calls/rtc_x"})
    caller = caller_at(provider_app.url).open()
    caller.expects_problem("Failed to load resource")
    with caller.page.expect_response("**/calls/offer"):
        hold_start_down(caller)
    expect(caller.status).to_have_text(IDLE)

    caller.page.mouse.up()
    expect(caller.status).to_contain_text(sentence(code))
    caller.expect_peers_closed()
    assert len(provider.requests_to("calls")) == 1
    caller.go_live()


def test_what_became_of_it_without_a_click_is_no_matter_for_the_next(
    provider: ScriptedProvider, provider_app: RunningApp, caller_at: CallerFactory
) -> None:
    provider.answer_next("calls", status=401)
    caller = caller_at(provider_app.url).open()
    caller.expects_problem("Failed to load resource")
    with caller.page.expect_response("**/calls/offer"):
        hold_start_down(caller)
    slide_off(caller)
    caller.expect_peers_closed()
    expect(caller.status).to_have_text(IDLE)
    caller.go_live()


def test_an_earlier_conversation_stays_until_the_click(
    provider: ScriptedProvider, provider_app: RunningApp, caller_at: CallerFactory
) -> None:
    caller = caller_at(provider_app.url).open()
    caller.go_live()
    provider.send(*spoken_turn(1, "سلام", "وعلیکم السلام"))
    expect(caller.bubble("agent_1")).to_contain_text("وعلیکم السلام")
    caller.stop()
    expect(caller.start_button).to_be_enabled()
    hold_start_down(caller)
    caller.page.wait_for_function("window.__peers.some(peer => peer.connectionState === 'connected')")
    expect(caller.status).to_contain_text("Disconnected")
    expect(caller.bubbles).to_have_count(2)
    caller.page.mouse.up()
    caller.wait_until_live()
