"""Captions: what is said is written down, in order, and shown on other screens as well."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.caller import Caller
from tests.browser.conftest import AppFactory, CallerFactory
from tests.browser.scenes import PHONE
from tests.fakes.provider import ScriptedProvider
from tests.fakes.running_app import RunningApp
from tests.fakes.turns import Event, transcribed

PATH = "/captions?lang=en"
TRANSCRIPTION = "conversation.item.input_audio_transcription"
URDU = "آج کا اجلاس شروع ہوتا ہے۔"


def committed(item_id: str, after: str | None) -> Event:
    return {"type": "input_audio_buffer.committed", "item_id": item_id, "previous_item_id": after}


def delta(item_id: str, text: str) -> Event:
    return {"type": f"{TRANSCRIPTION}.delta", "item_id": item_id, "content_index": 0, "delta": text}


def failed(item_id: str) -> Event:
    error = {"type": "transcription_error", "code": "audio_unintelligible", "message": "No."}
    return {"type": f"{TRANSCRIPTION}.failed", "item_id": item_id, "content_index": 0, "error": error}


def listen(caller: Caller) -> Caller:
    caller.open().start()
    expect(caller.status).to_have_attribute("data-state", "live")
    return caller


@pytest.fixture
def listening(provider_app: RunningApp, caller_at: CallerFactory) -> Caller:
    """Open a captions page that listens, with the scripted provider."""
    return listen(caller_at(f"{provider_app.url}{PATH}"))


def overlay_of(caller: Caller) -> Page:
    """Another screen that opened the address of the subtitles."""
    caller.page.get_by_role("button", name="Make an address").click()
    address = caller.page.get_by_role("link", name="Open the subtitles in a new tab").get_attribute("href")
    screen = caller.context.new_page()
    screen.goto(re.sub(r"/captions.*", "", caller.url) + (address or ""))
    return screen


def test_a_transcription_session_is_opened_and_the_browser_holds_no_secret(
    listening: Caller, provider: ScriptedProvider
) -> None:
    session = provider.requests_to("client_secrets")[0].session
    assert session["type"] == "transcription" and "instructions" not in session
    assert session["audio"]["input"]["transcription"]["model"] == "gpt-transcribe"
    assert session["audio"]["input"]["transcription"]["languages"] == ["ur"]
    secret = provider.issued[0]
    assert provider.call.key == secret
    assert secret not in listening.page.content()


def test_deltas_are_painted_and_the_completed_text_replaces_them(
    listening: Caller, provider: ScriptedProvider
) -> None:
    provider.send(committed("a", None), delta("a", "Good mornin"))
    expect(listening.bubble("a")).to_contain_text("Good mornin")
    provider.send(*transcribed("a", "Good morning, everybody.")[1:])
    expect(listening.bubble("a").locator(".bubble__text")).to_have_text("Good morning, everybody.")


def test_items_keep_the_order_they_were_said_in_though_completions_come_in_another(
    listening: Caller, provider: ScriptedProvider
) -> None:
    provider.send(committed("a", None), committed("b", "a"), committed("c", "b"))
    for item_id in ("c", "a", "b"):
        provider.send(*transcribed(item_id, f"Sentence {item_id}."))
    texts = listening.bubbles.locator(".bubble__text")
    expect(texts).to_have_text(["Sentence a.", "Sentence b.", "Sentence c."])


def test_an_item_that_fails_says_so_in_its_place(listening: Caller, provider: ScriptedProvider) -> None:
    provider.send(committed("a", None), committed("b", "a"), *transcribed("b", "After it."), failed("a"))
    expect(listening.bubbles.nth(0)).to_contain_text("could not be turned into text")
    expect(listening.bubbles.nth(1)).to_contain_text("After it.")


def test_stop_releases_the_microphone_and_hangs_up(listening: Caller, provider: ScriptedProvider) -> None:
    listening.stop()
    listening.expect_microphone_released()
    listening.expect_peers_closed()
    provider.wait_for_hangup()
    expect(listening.status).to_contain_text("Captions have ended")


def test_stop_waits_for_the_last_words_with_the_microphone_off(
    listening: Caller, provider: ScriptedProvider
) -> None:
    provider.send(committed("a", None))
    expect(listening.bubble("a")).to_be_visible()
    listening.stop()
    listening.expect_microphone_released()
    provider.call.wait_for("input_audio_buffer.commit")
    provider.send(committed("b", "a"), *transcribed("b", "And the last."))
    provider.send(*transcribed("a", "The one before."))
    expect(listening.status).to_contain_text("Captions have ended")
    texts = listening.bubbles.locator(".bubble__text")
    expect(texts).to_have_text(["The one before.", "And the last."])


def test_words_that_do_not_come_are_given_up_and_nothing_blinks(
    listening: Caller, provider: ScriptedProvider
) -> None:
    provider.send(committed("a", None))
    expect(listening.bubble("a")).to_be_visible()
    listening.stop()
    expect(listening.status).to_contain_text("Captions have ended")
    expect(listening.bubble("a")).to_contain_text("could not be turned into text")
    expect(listening.page.locator("[data-pending]")).to_have_count(0)


def test_a_second_press_of_stop_ends_it_at_once(listening: Caller, provider: ScriptedProvider) -> None:
    provider.send(committed("a", None))
    listening.page.evaluate(
        "const wait = setTimeout; window.setTimeout = (f, ms) => ms === 3000 ? 0 : wait(f, ms)"
    )
    listening.stop()
    expect(listening.status).to_contain_text("last words")
    listening.stop()
    expect(listening.status).to_contain_text("Captions have ended")


def test_what_held_no_words_leaves_no_empty_line(listening: Caller, provider: ScriptedProvider) -> None:
    provider.send(committed("a", None), committed("b", "a"), *transcribed("b", "Words."))
    provider.send({"type": f"{TRANSCRIPTION}.completed", "item_id": "a", "transcript": ""})
    expect(listening.bubble("b")).to_be_visible()
    expect(listening.bubble("a")).to_be_hidden()


HEARD = """async (levels) => {
  const { Utterance } = await import("commits");
  const utterance = new Utterance();
  return levels.flatMap((level, n) => (utterance.hear(level, n * 100) ? [n * 100] : []));
}"""
SPEECH, NOISE = 0.1, 0.002


def test_an_utterance_ends_in_silence_and_after_twelve_seconds_whatever_the_loudness(
    listening: Caller,
) -> None:
    def ends(*levels: float) -> list[int]:
        return list(listening.page.evaluate(HEARD, levels))

    assert ends(*[SPEECH] * 10, *[NOISE] * 10) == [1600]
    assert ends(*[SPEECH] * 5, *[NOISE] * 4, *[SPEECH] * 5, *[NOISE] * 10) == [2000], "a short pause"
    assert ends(*[SPEECH] * 250) == [12000, 24100]
    assert ends(*[NOISE] * 250) == [12000, 24100], "speech too quiet to be told from noise"
    assert ends(*[NOISE] * 100, *[SPEECH] * 50, *[NOISE] * 10) == [15600], "noise before it does not count"
    assert ends(*[0.0] * 250) == [], "muted"


def test_an_overlay_follows_on_another_screen_and_runs_the_way_its_words_do(
    listening: Caller, provider: ScriptedProvider
) -> None:
    screen = overlay_of(listening)
    provider.send(committed("a", None), delta("a", URDU))
    line = screen.locator("main p")
    expect(line).to_have_text(URDU)
    expect(line).to_have_attribute("dir", "rtl")
    assert screen.evaluate("getComputedStyle(document.body).backgroundColor") == "rgba(0, 0, 0, 0)"


def test_who_opens_the_overlay_late_sees_the_last_sentences(
    listening: Caller, provider: ScriptedProvider
) -> None:
    for number, after in ((1, None), (2, "s1"), (3, "s2")):
        provider.send(committed(f"s{number}", after), *transcribed(f"s{number}", f"Sentence {number}."))
    expect(listening.bubble("s3")).to_contain_text("Sentence 3.")
    screen = overlay_of(listening)
    expect(screen.locator("main p")).to_have_text(["Sentence 2.", "Sentence 3."])


def test_the_overlay_shows_the_end_of_what_was_said_in_two_whole_lines(
    listening: Caller, provider: ScriptedProvider
) -> None:
    screen = overlay_of(listening)
    screen.set_viewport_size({"width": 1280, "height": 720})
    long = " ".join([URDU] * 4)
    provider.send(committed("a", None), *transcribed("a", long))
    provider.send(committed("b", "a"), *transcribed("b", f"{long} IBAN اور ATM۔"))
    expect(screen.locator("main p")).to_have_count(2)
    expect(screen.locator("main p").last).to_contain_text("ATM")
    box, last, line = screen.evaluate(LAID_OUT)
    assert box["height"] == pytest.approx(2 * line, abs=1), "two lines, no more"
    assert last["height"] >= 2 * line, "the last sentence is wrapped"
    assert last["bottom"] == pytest.approx(box["bottom"], abs=1), "its end is what is seen"
    assert box["bottom"] <= 720 and last["width"] <= box["width"]


def test_urdu_keeps_the_room_of_its_letters_beside_a_latin_sentence(
    listening: Caller, provider: ScriptedProvider
) -> None:
    screen = overlay_of(listening)
    provider.send(committed("a", None), *transcribed("a", URDU))
    provider.send(committed("b", "a"), *transcribed("b", "Good morning."))
    expect(screen.locator("main p")).to_have_count(2)
    directions = [each.get_attribute("dir") for each in screen.locator("main p").all()]
    assert directions == ["rtl", "ltr"]
    size = screen.evaluate("parseFloat(getComputedStyle(document.body).fontSize)")
    assert screen.evaluate(LAID_OUT)[2] >= 2.2 * size


LAID_OUT = """() => {
  const [box, last] = [document.querySelector(".lines"), document.querySelector(".lines > :last-child")];
  const style = getComputedStyle(box);
  const inner = box.getBoundingClientRect();
  const bottom = inner.bottom - parseFloat(style.paddingBottom);
  const height = inner.height - parseFloat(style.paddingBottom);
  const line = parseFloat(getComputedStyle(last).lineHeight);
  return [{ height, bottom, width: box.clientWidth }, last.getBoundingClientRect().toJSON(), line];
}"""


def test_the_assistants_page_leads_to_the_captions_and_back(
    provider_app: RunningApp, caller_at: CallerFactory
) -> None:
    page = caller_at(provider_app.url).page
    page.goto(f"{provider_app.url}/p?lang=en")
    page.get_by_role("link", name="Live captions").click()
    expect(page.get_by_role("button", name="Start captions")).to_be_visible()
    page.get_by_role("link", name="To the assistant").click()
    expect(page.get_by_role("textbox")).to_be_visible()


def test_card_numbers_do_not_reach_other_screens(listening: Caller, provider: ScriptedProvider) -> None:
    screen = overlay_of(listening)
    provider.send(committed("a", None), *transcribed("a", "My card is 4111 1111 1111 1111, thanks."))
    expect(screen.locator("main p")).to_contain_text("thanks")
    assert "4111" not in screen.content()


def test_a_revoked_overlay_goes_blank_and_its_address_is_gone(
    listening: Caller, provider: ScriptedProvider
) -> None:
    screen = overlay_of(listening)
    provider.send(committed("a", None), *transcribed("a", "Still here."))
    expect(screen.locator("main p")).to_have_text("Still here.")
    listening.page.get_by_role("button", name="Revoke").click()
    expect(screen.locator("main p")).to_have_count(0)
    answer = screen.reload()
    assert answer and answer.status == 404
    expect(screen.get_by_text("This address is not in use")).to_be_visible()


def test_the_token_of_an_overlay_is_in_no_log_line(listening: Caller, provider_app: RunningApp) -> None:
    screen = overlay_of(listening)
    expect(screen.locator("main")).to_be_attached()
    assert screen.url.rsplit("/", 1)[1] not in provider_app.log


def test_a_shared_tab_is_written_down_and_its_picture_is_not_kept(
    provider_app: RunningApp, caller_at: CallerFactory, provider: ScriptedProvider
) -> None:
    caller = caller_at(f"{provider_app.url}{PATH}").open()
    caller.page.get_by_role("radio", name="A tab or the system").check()
    caller.start()
    expect(caller.status).to_have_attribute("data-state", "live")
    assert caller.page.evaluate("window.__tracks.length") == 0, "the microphone was opened"
    assert "noise_reduction" not in provider.requests_to("client_secrets")[0].session["audio"]["input"]
    provider.send(committed("a", None), *transcribed("a", "From the tab."))
    expect(caller.bubble("a")).to_contain_text("From the tab.")


def test_a_browser_without_sharing_says_so_before_anything_is_pressed(
    provider_app: RunningApp, caller_at: CallerFactory
) -> None:
    caller = caller_at(f"{provider_app.url}{PATH}", own=True)
    caller.context.add_init_script("MediaDevices.prototype.getDisplayMedia = undefined")
    caller.open()
    expect(caller.page.get_by_role("radio", name="A tab or the system")).to_be_disabled()
    expect(caller.page.get_by_text("This browser cannot share the sound")).to_be_visible()


def test_sharing_without_sound_is_explained(provider_app: RunningApp, caller_at: CallerFactory) -> None:
    caller = caller_at(f"{provider_app.url}{PATH}", own=True)
    silent = "async () => document.createElement('canvas').captureStream()"
    caller.context.add_init_script(f"MediaDevices.prototype.getDisplayMedia = {silent}")
    caller.open()
    caller.page.get_by_role("radio", name="A tab or the system").check()
    caller.start()
    expect(caller.status).to_contain_text("Share audio")
    expect(caller.start_button).to_be_enabled()


def test_a_recogniser_that_writes_live_is_told_where_an_utterance_ends(
    app_of_session: AppFactory,
    provider_env: dict[str, str],
    caller_at: CallerFactory,
    provider: ScriptedProvider,
) -> None:
    app = app_of_session(**provider_env, CAPTIONS_MODEL="gpt-live-transcribe")
    listen(caller_at(f"{app.url}{PATH}", "speaking"))
    assert provider.requests_to("client_secrets")[0].session["audio"]["input"]["turn_detection"] is None
    provider.call.wait_for("input_audio_buffer.commit")


def test_without_a_recogniser_the_first_screen_of_a_phone_says_so_and_nothing_can_be_started(
    engine_app: RunningApp, caller_at: CallerFactory
) -> None:
    caller = caller_at(f"{engine_app.url}{PATH}", viewport=PHONE)
    caller.page.goto(caller.url)
    caller.page.wait_for_function("window.did_handshake")
    note = caller.page.get_by_text("Captions do not work here yet")
    expect(note).to_be_in_viewport()
    expect(caller.page.get_by_role("button", name="Start captions")).to_be_disabled()


def test_the_door_stands_before_the_captions_too(
    app_of_session: AppFactory, caller_at: CallerFactory
) -> None:
    app = app_of_session(ACCESS_CODE="open-sesame")
    caller = caller_at(f"{app.url}{PATH}")
    caller.page.goto(caller.url)
    expect(caller.page.get_by_label("Access code")).to_be_visible()


def test_ending_the_sharing_ends_the_captions_and_opens_no_microphone(
    provider_app: RunningApp, caller_at: CallerFactory
) -> None:
    caller = caller_at(f"{provider_app.url}{PATH}", own=True)
    caller.context.add_init_script("""
        const share = MediaDevices.prototype.getDisplayMedia;
        MediaDevices.prototype.getDisplayMedia = async function (wanted) {
          return (window.__shared = await share.call(this, wanted));
        };
    """)
    caller.open()
    caller.page.get_by_role("radio", name="A tab or the system").check()
    caller.start()
    expect(caller.status).to_have_attribute("data-state", "live")
    caller.page.evaluate("window.__shared.getAudioTracks()[0].dispatchEvent(new Event('ended'))")
    expect(caller.status).to_contain_text("sharing of sound has ended")
    assert caller.page.evaluate("window.__tracks.length") == 0
    assert caller.page.evaluate("window.__shared.getTracks().every(track => track.readyState === 'ended')")
