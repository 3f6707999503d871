"""A call without a key: our own engine hears the microphone and speaks."""

import re

from playwright.sync_api import expect

from tests.browser.caller import Caller
from tests.browser.conftest import CallerFactory
from tests.fakes.running_app import RunningApp

URDU = re.compile(r"[\u0600-\u06ff]{2,}.*[\u0600-\u06ff]{2,}")

AUDIO_RECEIVED = """
async () => {
  const peer = window.__peers.find(peer => peer.connectionState === "connected");
  const stats = [...(await peer.getStats()).values()];
  const audio = stats.find(report => report.type === "inbound-rtp" && report.kind === "audio");
  return audio?.packetsReceived > 20 && audio.totalAudioEnergy > 0.0005;
}
"""
LISTEN = """
() => {
  const peer = window.__peers.find(peer => peer.connectionState === "connected");
  const context = new AudioContext();
  const analyser = context.createAnalyser();
  const stream = new MediaStream([peer.getReceivers()[0].track]);
  context.createMediaStreamSource(stream).connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  window.__loudness = () => {
    analyser.getFloatTimeDomainData(samples);
    return Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length);
  };
}
"""
AUDIBLE, SILENT = 0.01, 0.001


def expect_audible(caller: Caller) -> None:
    """Check by the browser's statistics and by an analyser that the agent's voice arrives."""
    caller.page.evaluate(LISTEN)
    caller.page.wait_for_function(f"window.__loudness() > {AUDIBLE}")
    caller.page.wait_for_function(AUDIO_RECEIVED)


def test_speech_is_heard_and_answered_aloud_in_urdu(engine_app: RunningApp, caller_at: CallerFactory) -> None:
    caller = caller_at(engine_app.url, microphone="speaking").open()
    caller.start()
    expect(caller.bubbles_of("user").first).to_contain_text(re.compile(r"\d\.\d"))
    expect(caller.bubbles_of("assistant").first).to_contain_text(URDU)
    expect_audible(caller)
    shown = caller.bubbles.evaluate_all("bubbles => bubbles.map(bubble => bubble.dataset.role)")
    assert shown[:2] == ["user", "assistant"]


def test_a_typed_question_is_answered_aloud_from_the_guide(
    engine_app: RunningApp, caller_at: CallerFactory
) -> None:
    caller = caller_at(engine_app.url).open()
    caller.go_live()
    caller.type("میرا کارڈ گم ہو گیا ہے، اسے کیسے بند کروں؟")
    expect(caller.bubbles_of("user").first).to_contain_text("میرا کارڈ گم ہو گیا ہے")
    expect(caller.bubbles_of("assistant").first).to_contain_text("کارڈ")
    expect_audible(caller)


def test_speaking_over_the_agent_silences_and_marks_the_reply(
    engine_app: RunningApp, caller_at: CallerFactory
) -> None:
    caller = caller_at(engine_app.url, microphone="interrupting").open()
    caller.start()
    reply = caller.bubbles_of("assistant").first
    expect(reply).to_contain_text(URDU)
    expect_audible(caller)
    expect(reply.get_by_text("interrupted")).to_be_visible()
    caller.page.wait_for_function(f"window.__loudness() < {SILENT}")


def test_stop_releases_the_microphone_and_the_engine_forgets_the_call(
    engine_app: RunningApp, caller_at: CallerFactory
) -> None:
    caller = caller_at(engine_app.url).open()
    caller.go_live()
    caller.stop()
    caller.expect_microphone_released()
    caller.expect_peers_closed()
    caller.go_live()
