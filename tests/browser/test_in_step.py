"""The agent's words brighten with the voice, and what a barge-in cut off stays dim."""

import time

from playwright.sync_api import Page, expect

from tests.browser.conftest import CallerFactory
from tests.fakes.provider import ScriptedProvider
from tests.fakes.running_app import RunningApp
from tests.fakes.turns import barge_in, playback_ends, reply, reply_begins, reply_ends

TEXT = "آپ کا کارڈ بند کر دیا گیا ہے اور نیا کارڈ سات دن میں آپ کے گھر کے پتے پر پہنچ جائے گا، شکریہ۔"
WORDS = [f"{word} " for word in TEXT.split(" ")]
LONGEST_WORD = max(map(len, WORDS))
AHEAD = "[...CSS.highlights.get('ahead')].map(range => range.toString()).join('')"
"""The words on the page that are yet to be said."""


def ahead(page: Page) -> str:
    return str(page.evaluate(AHEAD)).strip()


def test_words_wait_for_their_voice_and_brighten_one_after_another(
    provider: ScriptedProvider, provider_app: RunningApp, caller_at: CallerFactory
) -> None:
    caller = caller_at(provider_app.url, reduced_motion="no-preference").open()
    caller.go_live()
    events = reply_begins("agent_1", None, WORDS)
    started = events.pop(4)
    provider.send(*events)
    expect(caller.bubble("agent_1")).to_contain_text("شکریہ")
    assert ahead(caller.page) == TEXT
    provider.send(started)
    caller.page.wait_for_function(f"({AHEAD}).trim().length < {len(TEXT) // 2}")
    assert TEXT.endswith(ahead(caller.page)) and ahead(caller.page)


def test_words_of_a_script_without_spaces_brighten_one_after_another_too(
    provider: ScriptedProvider, provider_app: RunningApp, caller_at: CallerFactory
) -> None:
    caller = caller_at(provider_app.url, reduced_motion="no-preference").open()
    caller.go_live()
    said = "お客様のカードは停止されました。" * 8
    provider.send(*reply_begins("agent_1", None, [said]))
    caller.page.wait_for_function(f"0 < ({AHEAD}).length && ({AHEAD}).length < {len(said) - 10}")
    assert said.endswith(ahead(caller.page))


def test_when_playback_ends_every_word_is_bright(
    provider: ScriptedProvider, provider_app: RunningApp, caller_at: CallerFactory
) -> None:
    caller = caller_at(provider_app.url, reduced_motion="no-preference").open()
    caller.go_live()
    provider.send(*reply_begins("agent_1", None, WORDS), *reply_ends("agent_1", None, "".join(WORDS)))
    caller.page.wait_for_function(f"({AHEAD}).length > 0")
    provider.send(*playback_ends("agent_1"))
    caller.page.wait_for_function(f"({AHEAD}).length === 0")


def test_words_that_come_after_the_voice_has_caught_up_wait_again(
    provider: ScriptedProvider, provider_app: RunningApp, caller_at: CallerFactory
) -> None:
    caller = caller_at(provider_app.url, reduced_motion="no-preference").open()
    caller.go_live()
    *opening, first = reply_begins("agent_1", None, ["جی "])
    provider.send(*opening, first)
    caller.page.wait_for_function(
        f"document.querySelector('[data-item-id=agent_1]') && ({AHEAD}).trim() === ''"
    )
    provider.send(*({**first, "delta": word} for word in WORDS))
    caller.page.wait_for_function(f"({AHEAD}).includes('شکریہ')")


def test_with_reduced_motion_the_text_is_simply_there(
    provider: ScriptedProvider, provider_app: RunningApp, caller_at: CallerFactory
) -> None:
    caller = caller_at(provider_app.url, reduced_motion="reduce").open()
    caller.go_live()
    provider.send(*reply_begins("agent_1", None, WORDS))
    expect(caller.bubble("agent_1")).to_contain_text("شکریہ")
    assert ahead(caller.page) == ""


def test_the_end_of_the_call_leaves_no_word_waiting(
    provider: ScriptedProvider, provider_app: RunningApp, caller_at: CallerFactory
) -> None:
    caller = caller_at(provider_app.url, reduced_motion="no-preference").open()
    caller.go_live()
    provider.send(*reply_begins("agent_1", None, WORDS))
    caller.page.wait_for_function(f"({AHEAD}).length > 0")
    caller.stop()
    caller.page.wait_for_function(f"({AHEAD}).length === 0")


def test_what_stays_dim_after_a_barge_in_is_what_the_provider_did_not_play(
    provider: ScriptedProvider, provider_app: RunningApp, caller_at: CallerFactory
) -> None:
    caller = caller_at(provider_app.url, reduced_motion="no-preference").open()
    caller.go_live()
    whole = reply("agent_1", None, WORDS)
    provider.send(*whole[:-1])
    began = time.monotonic()
    time.sleep(2.0)  # it plays: the voice takes its time, as voices do
    provider.send(whole[-1])
    chars_per_s = len("".join(WORDS)) / (time.monotonic() - began)

    provider.send(*reply_begins("agent_2", "agent_1", WORDS))
    began = time.monotonic()
    time.sleep(0.8)
    cut = [
        event for event in barge_in("agent_2", "user_1", 0) if event["type"] == "output_audio_buffer.cleared"
    ]
    provider.send(*cut)
    played = chars_per_s * (time.monotonic() - began)
    dim = caller.bubble("agent_2").locator("[data-unheard]")
    expect(dim).to_contain_text("شکریہ")
    heard = len("".join(WORDS)) - len(dim.text_content() or "")
    assert abs(heard - played) <= 2 * LONGEST_WORD
    assert ahead(caller.page) == ""
