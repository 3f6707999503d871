"""Calls that outlive a dropped network, an old session, a reloaded page: nothing lost, nothing doubled."""

import pytest
from playwright.sync_api import expect

from tests.browser.caller import Caller
from tests.browser.conftest import AppFactory, CallerFactory
from tests.fakes.provider import ScriptedProvider
from tests.fakes.running_app import RunningApp
from tests.fakes.turns import spoken_turn, typed

GIVING_UP_MS = 5_000
RENEWED_AT_ONCE = """
import calls.renewal
calls.renewal.LONGEST_SESSION_S = calls.renewal.AHEAD_S + 1
"""


@pytest.fixture
def dropped(provider: ScriptedProvider, provider_app: RunningApp, caller_at: CallerFactory) -> Caller:
    """Start a call and silence its network, up to just before the page gives it up."""
    caller = caller_at(provider_app.url, own=True)
    caller.page.clock.install()
    talk(caller.open(), provider)
    provider.call.vanish()
    expect(caller.status).to_contain_text("Reconnecting")
    return caller


def talk(caller: Caller, provider: ScriptedProvider) -> Caller:
    caller.go_live()
    provider.send(*spoken_turn(1, "سلام", "وعلیکم السلام"))
    expect(caller.bubble("agent_1")).to_contain_text("وعلیکم السلام")
    return caller


def told(provider: ScriptedProvider) -> list[tuple[str, str]]:
    """Return the conversation that was sent to the present session: ids and words."""
    created = [event for event in provider.call.received if event["type"] == "conversation.item.create"]
    return [(event["item"]["id"], event["item"]["content"][0]["text"]) for event in created]


def expect_one_conversation(caller: Caller, provider: ScriptedProvider) -> None:
    """Check that the new session got the conversation, and that its next words come after it."""
    caller.wait_until_live()
    provider.call.received.wait_for(lambda event: event.get("item", {}).get("id") == "agent_1", 20)
    assert told(provider) == [("user_1", "سلام"), ("agent_1", "وعلیکم السلام")]
    for item_id, text in told(provider):  # A provider announces what it is told.
        provider.send(*typed(item_id, text))
    provider.send(*spoken_turn(2, "پھر سلام", "جی فرمائیے"))
    expect(caller.bubble("agent_2")).to_contain_text("جی فرمائیے")
    ids = [bubble.get_attribute("data-item-id") for bubble in caller.bubbles.all()]
    assert ids == ["user_1", "agent_1", "user_2", "agent_2"]
    expect(caller.bubble("agent_1")).to_contain_text("وعلیکم السلام")


def test_a_dropped_network_is_dialled_again_with_the_conversation_so_far(
    dropped: Caller, provider: ScriptedProvider
) -> None:
    lost = provider.call
    dropped.page.clock.fast_forward(GIVING_UP_MS)
    provider.calls.wait_for(lambda call: call is not lost)
    expect_one_conversation(dropped, provider)
    provider.wait_for_hangup(lost)
    expect(dropped.page.get_by_role("button", name="Start again")).to_be_hidden()
    # The microphone stays open through it, and goes off at the end.
    assert dropped.page.evaluate("window.__tracks.map(track => track.readyState)") == ["live"]
    dropped.stop()
    dropped.expect_microphone_released()
    dropped.expect_peers_closed()


def test_when_dialling_again_fails_the_call_is_over_and_says_so(
    dropped: Caller, provider: ScriptedProvider
) -> None:
    dropped.expects_problem("502")
    provider.answer_next("calls", status=503)
    dropped.page.clock.fast_forward(GIVING_UP_MS)
    expect(dropped.page.get_by_role("button", name="Start again")).to_be_visible()
    dropped.expect_microphone_released()
    dropped.expect_peers_closed()
    expect(dropped.bubble("agent_1")).to_contain_text("وعلیکم السلام")


def test_a_session_that_grows_old_is_renewed_between_turns(
    provider: ScriptedProvider, provider_env: dict[str, str], own_app: AppFactory, caller_at: CallerFactory
) -> None:
    app = own_app(provider_env, before=RENEWED_AT_ONCE)
    caller = talk(caller_at(app.url).open(), provider)
    first = provider.call
    provider.calls.wait_for(lambda call: call is not first)
    expect(caller.notice.first).to_contain_text("long call")
    expect_one_conversation(caller, provider)


def test_a_reloaded_page_offers_to_carry_on_and_does(
    provider: ScriptedProvider, provider_app: RunningApp, caller_at: CallerFactory
) -> None:
    caller = talk(caller_at(provider_app.url, own=True).open(), provider)
    lost = provider.call
    caller.page.on("dialog", lambda dialog: dialog.accept())
    caller.page.reload()
    caller.wait_until_alive()
    provider.wait_for_hangup(lost)
    caller.page.get_by_role("button", name="Resume the call").click()
    expect_one_conversation(caller, provider)
    expect(caller.page.get_by_role("button", name="Resume the call")).to_be_hidden()


def test_somebody_else_is_offered_no_call_of_theirs(
    provider: ScriptedProvider, provider_app: RunningApp, caller_at: CallerFactory
) -> None:
    caller = talk(caller_at(provider_app.url).open(), provider)
    lost = provider.call
    caller.page.close(run_before_unload=False)
    provider.wait_for_hangup(lost)
    stranger = caller_at(provider_app.url).open()
    expect(stranger.page.get_by_role("button", name="Resume the call")).to_be_hidden()


NOTES_WAKE_LOCKS = """
window.__locks = [];
Object.defineProperty(navigator, "wakeLock", { value: {
  async request(kind) {
    const lock = { kind, held: true, async release() { lock.held = false; } };
    window.__locks.push(lock);
    return lock;
  },
}});
"""


def test_the_screen_stays_on_during_a_call_and_no_longer(
    provider: ScriptedProvider, provider_app: RunningApp, caller_at: CallerFactory
) -> None:
    caller = caller_at(provider_app.url, own=True)
    caller.page.add_init_script(NOTES_WAKE_LOCKS)
    talk(caller.open(), provider)
    assert caller.page.evaluate("window.__locks.map(lock => [lock.kind, lock.held])") == [["screen", True]]
    caller.stop()
    caller.expect_peers_closed()
    caller.page.wait_for_function("window.__locks.every(lock => !lock.held)")
