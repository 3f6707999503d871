"""The pictures of sound: drawn while somebody sees them and something sounds, and at rest otherwise."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.caller import Caller
from tests.browser.conftest import CallerFactory
from tests.fakes.provider import ScriptedProvider
from tests.fakes.running_app import RunningApp

COUNT_DRAWINGS = """
window.__drawn = {};
const clear = CanvasRenderingContext2D.prototype.clearRect;
CanvasRenderingContext2D.prototype.clearRect = function (...where) {
  const name = this.canvas.closest("figure").className.split("--")[1];
  window.__drawn[name] = (window.__drawn[name] ?? 0) + 1;
  return clear.apply(this, where);
};
window.__contexts = [];
window.AudioContext = class extends AudioContext {
  constructor(...settings) { super(...settings); window.__contexts.push(this); }
};
"""
FRAMES = (
    "frames => new Promise(done => { const on = () => --frames ? requestAnimationFrame(on) : done(); on(); })"
)
COLOURS = """name => {
  const canvas = document.querySelector(`.scope--${name} canvas`);
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  const found = new Set();
  for (let at = 0; at < data.length; at += 4)
    if (data[at + 3] === 255) found.add(data.slice(at, at + 3).join());
  return [...found];
}"""

HIGHEST = """name => {
  const canvas = document.querySelector(`.scope--${name} canvas`);
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  return Math.floor(data.findIndex(Boolean) / 4 / canvas.width) / canvas.height;
}"""
"""How far down the trace reaches highest, from 0 to 1."""


@pytest.fixture
def sounding_provider(provider: ScriptedProvider) -> Iterator[ScriptedProvider]:
    provider.tone = True
    yield provider
    provider.tone = False


def enter(caller_at: CallerFactory, app: RunningApp, microphone: str = "silent", **options: object) -> Caller:
    caller = caller_at(app.url, microphone, own=True, **{"reduced_motion": "no-preference"} | options)
    caller.context.add_init_script(COUNT_DRAWINGS)
    return caller.open()


def switch(caller: Caller) -> Locator:
    return caller.page.get_by_role("button", name="Show the sound")


def traces(caller: Caller) -> Locator:
    return caller.page.locator(".scope")


def wait_until_drawing(caller: Caller, name: str) -> None:
    caller.page.evaluate("window.__drawn = {}")
    caller.page.wait_for_function(f"window.__drawn['{name}'] > 5")


def drawn_in_frames(caller: Caller, frames: int = 20) -> int:
    caller.page.evaluate("window.__drawn = {}")
    caller.page.evaluate(FRAMES, frames)
    return sum(caller.page.evaluate("Object.values(window.__drawn)"))


def test_both_sounds_are_drawn_in_their_colours_from_one_audio_context(
    sounding_provider: ScriptedProvider, provider_app: RunningApp, caller_at: CallerFactory
) -> None:
    caller = enter(caller_at, provider_app, "speaking")
    expect(traces(caller).nth(0)).to_contain_text("Your voice")
    expect(traces(caller).nth(1)).to_contain_text("The assistant's voice")
    caller.go_live()
    wait_until_drawing(caller, "remote")
    wait_until_drawing(caller, "local")
    assert caller.page.evaluate(COLOURS, "local") == ["0,123,255"]
    assert caller.page.evaluate(COLOURS, "remote") == ["255,0,0"]
    assert caller.page.evaluate("window.__contexts.length") == 1


def test_silence_is_a_line_at_rest(
    provider: ScriptedProvider, provider_app: RunningApp, caller_at: CallerFactory
) -> None:
    caller = enter(caller_at, provider_app)
    caller.go_live()
    caller.page.wait_for_function("window.__contexts.length === 1")
    assert drawn_in_frames(caller) == 0


def test_switched_off_they_draw_nothing_and_stay_off_after_a_reload(
    sounding_provider: ScriptedProvider, provider_app: RunningApp, caller_at: CallerFactory
) -> None:
    caller = enter(caller_at, provider_app)
    caller.go_live()
    wait_until_drawing(caller, "remote")
    switch(caller).click()
    expect(traces(caller).first).to_be_hidden()
    caller.page.evaluate(FRAMES, 5)  # until the observer has seen it
    assert drawn_in_frames(caller) == 0
    caller.stop()
    caller.open()
    expect(switch(caller)).to_have_attribute("aria-pressed", "false")
    expect(traces(caller).first).to_be_hidden()


def test_they_pause_out_of_sight_and_go_on_when_seen_again(
    sounding_provider: ScriptedProvider, provider_app: RunningApp, caller_at: CallerFactory
) -> None:
    caller = enter(caller_at, provider_app)
    caller.go_live()
    wait_until_drawing(caller, "remote")
    caller.page.evaluate("document.querySelector('.stage').style.marginTop = '-5000px'")
    caller.page.evaluate(FRAMES, 5)  # until the observer has seen it
    assert drawn_in_frames(caller) == 0
    caller.page.evaluate("document.querySelector('.stage').style.marginTop = ''")
    wait_until_drawing(caller, "remote")


def test_they_stand_still_for_who_wants_no_movement(
    sounding_provider: ScriptedProvider, provider_app: RunningApp, caller_at: CallerFactory
) -> None:
    caller = enter(caller_at, provider_app, reduced_motion="reduce")
    caller.go_live()
    caller.page.wait_for_function("window.__contexts.length === 1")
    expect(traces(caller).first).to_be_visible()
    assert drawn_in_frames(caller) == 0
    caller.page.emulate_media(reduced_motion="no-preference")
    wait_until_drawing(caller, "remote")


def test_after_the_call_the_lines_are_at_rest(
    sounding_provider: ScriptedProvider, provider_app: RunningApp, caller_at: CallerFactory
) -> None:
    caller = enter(caller_at, provider_app)
    caller.go_live()
    wait_until_drawing(caller, "remote")
    assert caller.page.evaluate(HIGHEST, "remote") < 0.4
    caller.stop()
    expect(caller.start_button).to_be_enabled()
    assert drawn_in_frames(caller) == 0
    assert caller.page.evaluate(HIGHEST, "remote") > 0.4


def test_a_phone_begins_without_them(
    provider: ScriptedProvider, provider_app: RunningApp, caller_at: CallerFactory
) -> None:
    caller = enter(caller_at, provider_app, viewport={"width": 360, "height": 740})
    expect(traces(caller).first).to_be_hidden()
    switch(caller).click()
    expect(traces(caller).first).to_be_visible()


def test_they_have_as_many_pixels_as_the_screen(
    provider: ScriptedProvider, provider_app: RunningApp, caller_at: CallerFactory
) -> None:
    caller = enter(caller_at, provider_app, device_scale_factor=2)
    size = "canvas => [canvas.width / canvas.clientWidth, canvas.height / canvas.clientHeight]"
    caller.page.wait_for_function("document.querySelector('.scope canvas').width > 300")
    for ratio in caller.page.locator(".scope canvas").first.evaluate(size):
        assert ratio == pytest.approx(2, abs=0.02)
