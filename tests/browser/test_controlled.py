"""A call under the server's control: the page has a voice and nothing else."""

import json

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import ENGINE_KEY, AppFactory, CallerFactory
from tests.browser.sentences import sentence
from tests.fakes.running_app import RunningApp

ADDS_A_CHANNEL = """
window.__channels = [];
window.RTCPeerConnection = class extends RTCPeerConnection {
  constructor(...settings) {
    super(...settings);
    window.__channels.push(this.createDataChannel("oai-events"));
  }
};
"""
NOTES_CHANNELS = """
window.__created = 0;
const create = RTCPeerConnection.prototype.createDataChannel;
RTCPeerConnection.prototype.createDataChannel = function (...given) {
  window.__created++;
  return create.apply(this, given);
};
"""


@pytest.fixture
def controlled_app(app_of_session: AppFactory) -> RunningApp:
    return app_of_session(ENGINE_API_KEY=ENGINE_KEY, CONTROL="sideband")


def test_typed_words_are_answered_aloud_without_any_data_channel(
    controlled_app: RunningApp, caller_at: CallerFactory
) -> None:
    caller = caller_at(controlled_app.url, own=True)
    caller.page.add_init_script(NOTES_CHANNELS)
    caller.open().go_live()
    caller.type("نیا اکاؤنٹ کیسے کھولوں؟")
    expect(caller.bubbles_of("assistant").last).to_contain_text("شناختی", timeout=20_000)
    expect(caller.status).to_contain_text("Speaking")
    assert caller.page.evaluate("window.__created") == 0


def test_a_page_that_tries_to_open_a_data_channel_gets_no_call(
    controlled_app: RunningApp, caller_at: CallerFactory
) -> None:
    caller = caller_at(controlled_app.url, own=True)
    caller.expects_problem("400")
    caller.page.add_init_script(ADDS_A_CHANNEL)
    created_before = controlled_app.log.count("at the provider")
    caller.open().start()
    expect(caller.status).to_contain_text(sentence("offer_refused"))
    caller.expect_microphone_released()
    states = caller.page.evaluate("window.__channels.map(channel => channel.readyState)")
    assert "open" not in states, json.dumps(states)
    assert controlled_app.log.count("at the provider") == created_before
