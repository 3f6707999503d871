"""The server is killed in a call and started again: what was said is there, and nothing stays open."""

import sqlite3
from contextlib import closing, suppress

from playwright.sync_api import expect

from tests.browser.caller import Caller
from tests.browser.conftest import AppFactory, CallerFactory
from tests.fakes.provider import ScriptedProvider
from tests.fakes.running_app import RunningApp
from tests.fakes.turns import spoken_turn

SHORT_LEASE = "import state.leases; state.leases.LEASE_SECONDS = 1"
HALF = {
    "type": "response.output_audio_transcript.delta",
    **{"response_id": "r3", "item_id": "agent_3", "output_index": 0, "content_index": 0},
    "delta": "یہ جملہ کبھی",
}


SAID = {"user_1": "سلام", "agent_1": "وعلیکم السلام", "user_2": "شکریہ", "agent_2": "خدا حافظ"}


def recorded(app: RunningApp) -> tuple[str | None, dict[str, str]]:
    """How the one record in the app's database ended, and its items' text."""
    with closing(sqlite3.connect(app.directory / "data" / "guftagu.db")) as database:
        ((reason,),) = database.execute("select reason from sessions").fetchall()
        return reason, dict(database.execute("select item_id, text from items"))


def wait_until_written(caller: Caller, app: RunningApp) -> None:
    """Look again and again until the app has written; it reports no write."""
    for _ in range(100):
        with suppress(sqlite3.OperationalError, ValueError):
            if SAID.items() <= recorded(app)[1].items():
                return
        caller.page.wait_for_timeout(50)
    raise AssertionError("what was said is not in the record")


def test_only_the_sentence_being_spoken_is_lost_and_the_provider_is_hung_up_after_the_lease(
    provider: ScriptedProvider, provider_env: dict[str, str], own_app: AppFactory, caller_at: CallerFactory
) -> None:
    app = own_app(provider_env, before=SHORT_LEASE)
    caller = caller_at(app.url).open()
    caller.expects_problem("WebSocket", "ERR_CONNECTION", "Failed to load resource")
    caller.go_live()
    provider.send(*spoken_turn(1, "سلام", "وعلیکم السلام"), *spoken_turn(2, "شکریہ", "خدا حافظ"), HALF)
    expect(caller.bubble("agent_3")).to_contain_text("کبھی")
    wait_until_written(caller, app)
    app.kill()
    reason, texts = recorded(app)
    assert reason is None
    assert SAID.items() <= texts.items()
    app.start_again()
    provider.wait_for_hangup()
    caller.expect_told_of_the_lost_page()
    told = caller.page.get_by_role("alert")
    expect(told).to_contain_text("stopped and started again")
    expect(told).to_contain_text("kept in the record")
    expect(caller.page.get_by_role("button", name="Copy the whole conversation")).to_be_disabled()
    expect(caller.page.get_by_role("button", name="Search the conversation")).to_be_disabled()
    caller.expect_microphone_released()
    expect(caller.bubble("agent_2")).to_contain_text(SAID["agent_2"])
    app.stop()
    assert recorded(app) == ("server_killed", texts)
