"""Mute, hold to talk, stop the answer, devices and settings, with a scripted provider."""

import re
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.caller import Caller
from tests.browser.conftest import CallerFactory
from tests.fakes.provider import ScriptedProvider
from tests.fakes.running_app import RunningApp
from tests.fakes.turns import barge_in, reply_begins, spoken_turn

SENDING = """async () => {
  const [sender] = window.__peers.filter((peer) => peer.signalingState !== "closed").at(-1).getSenders();
  const { label, enabled, readyState } = sender.track;
  return { label, enabled, readyState };
}"""
UNPLUG = """() => {
  const track = window.__tracks.at(-1);
  track.stop();
  track.dispatchEvent(new Event("ended"));
}"""
UNPLUG_SPEAKERS = """() => {
  const list = navigator.mediaDevices.enumerateDevices.bind(navigator.mediaDevices);
  navigator.mediaDevices.enumerateDevices = async () =>
    (await list()).filter(({ kind, deviceId }) => kind !== "audiooutput" || deviceId === "default");
  navigator.mediaDevices.dispatchEvent(new Event("devicechange"));
}"""
REFUSE_SPEAKER_BEFORE_A_CALL = """
window.__asked = [];
HTMLMediaElement.prototype.setSinkId = async (id) => {
  if (id) window.__asked.push(id);
  if (!window.__tracks.length) throw new DOMException("not yet", "NotAllowedError");
};
"""
NO_MICROPHONE = """() => {
  navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException("gone", "NotFoundError"));
}"""


@pytest.fixture
def caller(provider: ScriptedProvider, provider_app: RunningApp, caller_at: CallerFactory) -> Caller:
    return caller_at(provider_app.url).open()


def tool(caller: Caller, name: str) -> Locator:
    return caller.page.get_by_role("button", name=name)


def hold_button(caller: Caller) -> Locator:
    return caller.page.locator(".tools__hold")


def sent(provider: ScriptedProvider) -> list[str]:
    return [event["type"] for event in provider.call.received]


def wait_for_update(provider: ScriptedProvider, side: str, name: str, value: Any) -> None:
    provider.call.received.wait_for(
        lambda event: (
            event["type"] == "session.update"
            and name in event["session"]["audio"].get(side, {})
            and event["session"]["audio"][side][name] == value
        )
    )


def sending(caller: Caller) -> dict[str, Any]:
    return dict(caller.page.evaluate(SENDING))


def wait_until_heard(caller: Caller, heard: bool) -> None:
    caller.page.wait_for_function(f"async () => (await ({SENDING})()).enabled === {str(heard).lower()}")


def open_settings(caller: Caller) -> Locator:
    tool(caller, "Settings").click()
    dialog = caller.page.get_by_role("dialog", name="Settings")
    expect(dialog).to_be_visible()
    return dialog


# -- mute ----------------------------------------------------------------------------------------------


def test_mute_silences_the_microphone_and_says_so_in_words(caller: Caller) -> None:
    caller.go_live()
    mute = tool(caller, "Mute my microphone")
    expect(mute).to_have_attribute("aria-pressed", "false")
    mute.click()
    expect(mute).to_have_attribute("aria-pressed", "true")
    expect(caller.page.locator(".orb")).to_have_attribute("data-muted", "Muted")
    wait_until_heard(caller, False)
    mute.press("Enter")
    expect(caller.page.locator(".orb")).not_to_have_attribute("data-muted", "Muted")
    wait_until_heard(caller, True)


def test_the_next_call_begins_with_an_open_microphone(caller: Caller) -> None:
    caller.go_live()
    tool(caller, "Mute my microphone").click()
    caller.stop()
    expect(tool(caller, "Mute my microphone")).to_be_disabled()
    caller.go_live()
    wait_until_heard(caller, True)


# -- hold to talk --------------------------------------------------------------------------------------


def test_holding_space_is_a_turn_from_clear_to_commit_and_one_answer(
    caller: Caller, provider: ScriptedProvider
) -> None:
    caller.go_live()
    tool(caller, "Talk by holding a button").click()
    wait_for_update(provider, "input", "turn_detection", None)
    wait_until_heard(caller, False)
    caller.page.locator("body").press("Shift")
    caller.page.keyboard.down("Space")
    wait_until_heard(caller, True)
    provider.call.wait_for("input_audio_buffer.clear")
    caller.page.wait_for_timeout(300)  # a turn is as long as the caller holds the key
    caller.page.keyboard.up("Space")
    provider.call.wait_for("response.create")
    wait_until_heard(caller, False)
    assert sent(provider)[-3:] == ["input_audio_buffer.clear", "input_audio_buffer.commit", "response.create"]
    ids = [event["event_id"] for event in provider.call.received]
    assert len(set(ids)) == len(ids), "an error names by its id what it is about"


def test_hands_free_brings_the_personas_turn_detection_back(
    caller: Caller, provider: ScriptedProvider
) -> None:
    caller.go_live()
    before = provider.call.session["audio"]["input"]["turn_detection"]
    tool(caller, "Talk by holding a button").click()
    wait_for_update(provider, "input", "turn_detection", None)
    tool(caller, "Talk by holding a button").click()
    wait_for_update(provider, "input", "turn_detection", before)
    wait_until_heard(caller, True)


def test_a_call_begun_with_the_talk_button_on_has_no_turn_detection_from_the_start(
    caller: Caller, provider: ScriptedProvider
) -> None:
    tool(caller, "Talk by holding a button").click()
    expect(hold_button(caller)).to_be_disabled()
    caller.go_live()
    assert provider.call.session["audio"]["input"]["turn_detection"] is None
    wait_until_heard(caller, False)


def test_the_button_is_held_by_pointer_and_let_go_of_outside_it(
    caller: Caller, provider: ScriptedProvider
) -> None:
    caller.go_live()
    tool(caller, "Talk by holding a button").click()
    hold_button(caller).hover()
    caller.page.mouse.down()
    expect(hold_button(caller)).to_have_attribute("aria-pressed", "true")
    caller.page.mouse.move(5, 5)
    expect(hold_button(caller)).to_have_attribute("aria-pressed", "true")
    caller.page.wait_for_timeout(300)  # a turn is as long as the caller holds the button
    caller.page.mouse.up()
    provider.call.wait_for("input_audio_buffer.commit")
    expect(hold_button(caller)).to_have_attribute("aria-pressed", "false")


def test_nobody_can_hold_the_button_before_a_session_listens(
    caller: Caller, provider: ScriptedProvider
) -> None:
    provider.delay_ms = 400
    tool(caller, "Talk by holding a button").click()
    caller.start()
    caller.page.keyboard.down("Space")
    caller.page.wait_for_timeout(300)  # long enough for a turn, if it were one
    caller.page.keyboard.up("Space")
    expect(hold_button(caller)).to_be_disabled()
    caller.wait_until_live()
    expect(hold_button(caller)).to_be_enabled()
    caller.page.keyboard.down("Space")
    caller.page.wait_for_timeout(300)  # now it is one
    caller.page.keyboard.up("Space")
    provider.call.wait_for("response.create")


def test_space_talks_and_never_stops_a_call_that_was_started_by_keyboard(
    caller: Caller, provider: ScriptedProvider
) -> None:
    tool(caller, "Talk by holding a button").click()
    caller.start_button.press("Enter")
    caller.wait_until_live()
    expect(hold_button(caller)).to_be_focused()
    caller.page.keyboard.down("Space")
    caller.page.wait_for_timeout(300)  # a turn is as long as the caller holds the key
    caller.page.keyboard.up("Space")
    provider.call.wait_for("response.create")


def test_pressing_the_talk_button_cuts_the_agent_first(caller: Caller, provider: ScriptedProvider) -> None:
    caller.go_live()
    tool(caller, "Talk by holding a button").click()
    provider.send(*reply_begins("agent_1", None, ["ایک ", "لمبا ", "جواب "]))
    expect(caller.bubble("agent_1")).to_contain_text("جواب")
    caller.page.keyboard.down("Space")
    provider.call.wait_for("input_audio_buffer.clear")
    provider.call.wait_for("output_audio_buffer.clear")
    caller.page.keyboard.up("Space")
    cut = ["input_audio_buffer.clear", "response.cancel", "output_audio_buffer.clear"]
    assert [kind for kind in sent(provider) if kind in cut][:3] == cut


def test_a_tap_asks_for_no_answer(caller: Caller, provider: ScriptedProvider) -> None:
    caller.go_live()
    tool(caller, "Talk by holding a button").click()
    hold_button(caller).dispatch_event("click", {"detail": 0})
    hold_button(caller).dispatch_event("click", {"detail": 0})
    caller.type("سلام")
    provider.call.wait_for("conversation.item.create")
    assert "input_audio_buffer.commit" not in sent(provider)


def test_space_in_the_text_field_is_a_space(caller: Caller, provider: ScriptedProvider) -> None:
    caller.go_live()
    tool(caller, "Talk by holding a button").click()
    caller.text_field.focus()
    caller.page.keyboard.type("a b")
    expect(caller.text_field).to_have_value("a b")
    assert "input_audio_buffer.clear" not in sent(provider)


def test_the_button_is_let_go_of_when_the_window_loses_the_keyboard(
    caller: Caller, provider: ScriptedProvider
) -> None:
    caller.go_live()
    tool(caller, "Talk by holding a button").click()
    caller.page.keyboard.down("Space")
    expect(hold_button(caller)).to_have_attribute("aria-pressed", "true")
    caller.page.evaluate("window.dispatchEvent(new Event('blur'))")
    expect(hold_button(caller)).to_have_attribute("aria-pressed", "false")
    wait_until_heard(caller, False)


# -- the answer ----------------------------------------------------------------------------------------


def test_an_answer_can_be_stopped_while_the_agent_speaks_and_only_then(
    caller: Caller, provider: ScriptedProvider
) -> None:
    caller.go_live()
    stop_answer = tool(caller, "Stop the answer")
    expect(stop_answer).to_be_disabled()
    provider.send(*reply_begins("agent_1", None, ["خوش ", "آمدید "]))
    stop_answer.click()
    provider.call.wait_for("output_audio_buffer.clear")
    assert sent(provider)[-2:] == ["response.cancel", "output_audio_buffer.clear"]
    provider.send(*barge_in("agent_1", "user_1", audio_end_ms=300)[1:])
    expect(stop_answer).to_be_disabled()


def test_with_answers_only_when_asked_a_button_asks(caller: Caller, provider: ScriptedProvider) -> None:
    caller.go_live()
    dialog = open_settings(caller)
    dialog.get_by_label("Answers", exact=True).select_option("asked")
    provider.call.received.wait_for(
        lambda event: (
            event["type"] == "session.update"
            and event["session"]["audio"]["input"]["turn_detection"]["create_response"] is False
        )
    )
    caller.page.keyboard.press("Escape")
    tool(caller, "Answer now").click()
    provider.call.wait_for("response.create")


# -- devices -------------------------------------------------------------------------------------------


def test_another_microphone_is_taken_in_mid_call_without_a_new_offer_and_remembered(
    caller: Caller, provider: ScriptedProvider
) -> None:
    caller.go_live()
    before = sending(caller)["label"]
    dialog = open_settings(caller)
    dialog.get_by_label("Microphone", exact=True).select_option(label="Fake Audio Input 1")
    caller.page.wait_for_function(f"async () => (await ({SENDING})()).label === 'Fake Audio Input 1'")
    assert before != "Fake Audio Input 1"
    assert len(provider.calls) == 1
    caller.page.wait_for_function("window.__tracks.filter(t => t.readyState === 'live').length === 1")
    caller.page.keyboard.press("Escape")
    caller.stop()
    chosen = caller.page.evaluate("window.__wanted.at(-1).audio.deviceId.exact")
    caller.open()
    caller.go_live()
    # A browser without windows gives microphones new ids with every page: it may not be there any more.
    assert caller.page.evaluate("window.__wanted[0].audio.deviceId.exact") == chosen


def test_a_muted_caller_stays_muted_with_another_microphone(caller: Caller) -> None:
    caller.go_live()
    tool(caller, "Mute my microphone").click()
    dialog = open_settings(caller)
    dialog.get_by_label("Microphone", exact=True).select_option(label="Fake Audio Input 1")
    caller.page.wait_for_function(f"async () => (await ({SENDING})()).label === 'Fake Audio Input 1'")
    assert sending(caller)["enabled"] is False


def test_an_unplugged_microphone_is_replaced_and_the_caller_told(
    caller: Caller, provider: ScriptedProvider
) -> None:
    caller.go_live()
    caller.page.evaluate(UNPLUG)
    expect(caller.notice).to_contain_text("Your microphone was disconnected")
    assert sending(caller)["readyState"] == "live"
    provider.send(*spoken_turn(1, "سوال", "جواب"))
    expect(caller.bubble("agent_1")).to_contain_text("جواب")
    assert len(provider.calls) == 1


def test_a_call_ends_when_no_microphone_is_left(caller: Caller) -> None:
    caller.go_live()
    caller.page.evaluate(NO_MICROPHONE)
    caller.page.evaluate(UNPLUG)
    expect(caller.status).to_contain_text("No microphone was found")


def test_a_remembered_microphone_that_is_not_there_today_does_not_stop_the_call(caller: Caller) -> None:
    caller.page.evaluate("localStorage.setItem('guftagu.microphone', 'a-device-of-yesterday')")
    caller.open()
    caller.go_live()


def test_another_loudspeaker_is_taken_and_replaced_when_it_goes(caller: Caller) -> None:
    caller.go_live()
    dialog = open_settings(caller)
    dialog.get_by_label("Loudspeaker").select_option(label="Fake Audio Output 1")
    caller.page.wait_for_function("document.querySelector('audio').sinkId !== ''")
    caller.page.evaluate(UNPLUG_SPEAKERS)
    expect(caller.notice).to_contain_text("Your loudspeaker was disconnected")
    caller.page.wait_for_function("document.querySelector('audio').sinkId === ''")


def test_a_browser_that_cannot_choose_the_loudspeaker_says_so(
    provider: ScriptedProvider, provider_app: RunningApp, caller_at: CallerFactory
) -> None:
    caller = caller_at(provider_app.url, own=True)
    caller.context.add_init_script("delete HTMLMediaElement.prototype.setSinkId")
    caller.open()
    expect(open_settings(caller)).to_contain_text("This browser plays on the loudspeaker")


def test_a_remembered_loudspeaker_is_used_once_the_microphone_was_allowed(
    provider: ScriptedProvider, provider_app: RunningApp, caller_at: CallerFactory
) -> None:
    caller = caller_at(provider_app.url, own=True)
    caller.context.add_init_script(REFUSE_SPEAKER_BEFORE_A_CALL)
    caller.page.goto(caller.url)
    caller.page.evaluate("localStorage.setItem('guftagu.speaker', 'the-headset')")
    caller.open()
    caller.page.wait_for_function("window.__asked.length === 1")
    caller.go_live()
    caller.page.wait_for_function("window.__asked.join() === 'the-headset,the-headset'")


def test_what_the_caller_chose_outlives_a_reload(caller: Caller, provider: ScriptedProvider) -> None:
    tool(caller, "Talk by holding a button").click()
    open_settings(caller).get_by_label("Voice", exact=True).select_option("cedar")
    caller.page.reload()
    caller.wait_until_alive()
    expect(hold_button(caller)).to_be_visible()
    caller.go_live()
    audio = provider.call.session["audio"]
    assert (audio["input"]["turn_detection"], audio["output"]["voice"]) == (None, "cedar")


def test_the_volume_is_kept(caller: Caller) -> None:
    open_settings(caller).get_by_label("Volume").fill("0.4")
    caller.page.wait_for_function("document.querySelector('audio').volume === 0.4")
    caller.open()
    caller.page.wait_for_function("document.querySelector('audio').volume === 0.4")


def test_the_microphone_can_be_tested_before_a_call_and_is_given_back(caller: Caller) -> None:
    dialog = open_settings(caller)
    dialog.get_by_role("button", name="Test my microphone").click()
    expect(dialog.get_by_role("button", name="End the test")).to_be_visible()
    caller.page.wait_for_function("window.__tracks.some(track => track.readyState === 'live')")
    caller.page.wait_for_function("document.querySelector('.level').style.getPropertyValue('--level') !== ''")
    caller.page.keyboard.press("Escape")
    caller.expect_microphone_released()


def test_a_microphone_that_is_denied_is_explained_in_the_test(caller: Caller) -> None:
    caller.page.evaluate(NO_MICROPHONE)
    dialog = open_settings(caller)
    dialog.get_by_role("button", name="Test my microphone").click()
    expect(dialog).to_contain_text("No microphone was found")


# -- settings ------------------------------------------------------------------------------------------


def test_settings_reach_the_session_as_they_are_changed(caller: Caller, provider: ScriptedProvider) -> None:
    caller.go_live()
    dialog = open_settings(caller)
    dialog.get_by_label("Noise reduction").select_option("far_field")
    wait_for_update(provider, "input", "noise_reduction", {"type": "far_field"})
    dialog.get_by_label("Speed").fill("1.25")
    wait_for_update(provider, "output", "speed", 1.25)
    dialog.get_by_label("Voice", exact=True).select_option("cedar")
    wait_for_update(provider, "output", "voice", "cedar")
    dialog.get_by_label("When is it the assistant's turn?").select_option("semantic_vad")
    dialog.get_by_label("Patience").select_option("low")
    provider.call.received.wait_for(
        lambda event: '"eagerness": "low"' in str(event).replace("'", '"')  # inside turn_detection
    )
    dialog.get_by_label("When is it the assistant's turn?").select_option("manual")
    wait_for_update(provider, "input", "turn_detection", None)
    caller.page.keyboard.press("Escape")
    expect(hold_button(caller)).to_be_visible()


def test_a_voice_chosen_after_the_agent_spoke_is_for_the_next_call(
    caller: Caller, provider: ScriptedProvider
) -> None:
    caller.go_live()
    provider.send(*spoken_turn(1, "سوال", "جواب"))
    expect(caller.bubble("agent_1")).to_contain_text("جواب")
    open_settings(caller).get_by_label("Voice", exact=True).select_option("cedar")
    caller.page.keyboard.press("Escape")
    expect(caller.notice).to_contain_text("from the next call")
    assert "session.update" not in sent(provider)
    caller.stop()
    caller.go_live()
    assert provider.call.session["audio"]["output"]["voice"] == "cedar"


def test_every_setting_has_a_name_and_an_explanation(caller: Caller) -> None:
    dialog = open_settings(caller)
    fields = dialog.locator("input, select")
    assert fields.count() >= 11
    for field in fields.all():
        expect(field).to_have_accessible_name(re.compile(r"\w"))
        expect(field).to_have_accessible_description(re.compile(r"\w.*[.]$"))


def test_the_settings_keep_the_keyboard_close_with_escape_and_give_it_back(caller: Caller) -> None:
    dialog = open_settings(caller)
    for _ in range(40):
        caller.page.keyboard.press("Tab")
        outside = "document.hasFocus() && document.activeElement !== document.body"
        outside += " && !document.activeElement.closest('dialog')"
        assert not caller.page.evaluate(outside)
    caller.page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(tool(caller, "Settings")).to_be_focused()


@pytest.mark.parametrize(("width", "height"), [(360, 740), (1440, 900)])
def test_every_tool_is_large_enough_for_a_finger_and_on_the_screen(
    provider: ScriptedProvider, provider_app: RunningApp, caller_at: CallerFactory, width: int, height: int
) -> None:
    caller = caller_at(provider_app.url, viewport={"width": width, "height": height}).open()
    for button in caller.page.locator(".tools__row button").all():
        box = button.bounding_box()
        assert box is not None
        assert box["width"] >= 44 and box["height"] >= 44
        assert box["x"] >= 0 and box["x"] + box["width"] <= width and box["y"] + box["height"] <= height


# -- controlled calls ----------------------------------------------------------------------------------


def test_a_controlled_call_is_steered_over_the_sideband(
    provider: ScriptedProvider,
    provider_env: dict[str, str],
    app_of_session: Any,
    caller_at: CallerFactory,
) -> None:
    caller = caller_at(app_of_session(**provider_env, CONTROL="sideband").url).open()
    caller.go_live()
    tool(caller, "Talk by holding a button").click()
    provider.sideband_events.wait_for(
        lambda told: (
            told[1]["type"] == "session.update"
            and told[1]["session"]["audio"]["input"] == {"turn_detection": None}
        )
    )
    caller.page.keyboard.down("Space")
    provider.sideband_events.wait_for(lambda told: told[1]["type"] == "input_audio_buffer.clear")
    expect(hold_button(caller)).to_contain_text("Listening")
    wait_until_heard(caller, True)
    caller.page.keyboard.up("Space")


# -- the engine ----------------------------------------------------------------------------------------


def test_the_engine_hears_and_answers_a_turn_of_the_talk_button(
    engine_app: RunningApp, caller_at: CallerFactory
) -> None:
    caller = caller_at(engine_app.url, "speaking").open()
    tool(caller, "Talk by holding a button").click()
    caller.go_live()
    caller.page.keyboard.down("Space")
    caller.page.wait_for_timeout(2500)  # the microphone speaks from its second second on
    expect(caller.bubbles_of("user")).to_have_count(0)
    caller.page.keyboard.up("Space")
    expect(caller.bubbles_of("user")).to_have_count(1)
    expect(caller.bubbles_of("assistant").first).to_contain_text("آپ")
    expect(tool(caller, "Stop the answer")).to_be_enabled()
    tool(caller, "Stop the answer").click()
    expect(tool(caller, "Stop the answer")).to_be_disabled()
