"""Search, copy, download, large captions, and a conversation longer than the page holds."""

import json
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from components.shared.words import Words
from tests.browser.caller import Caller
from tests.browser.conftest import CallerFactory
from tests.fakes.provider import ScriptedProvider
from tests.fakes.running_app import RunningApp
from tests.fakes.turns import spoken_turn, typed

IBAN = "PK36SCBL0000001123456702"
QUESTION, ANSWER = "میرا کارڈ کھو گیا ہے", f"آپ کا کارڈ بند ہو گیا، آئی بین {IBAN}"
CLIPBOARD = ["clipboard-read", "clipboard-write"]
FOUND = "name => [...CSS.highlights.get(name)].map(range => range.toString())"


@pytest.fixture
def talking(
    provider: ScriptedProvider, provider_app: RunningApp, caller_at: CallerFactory
) -> Iterator[Caller]:
    """Start a call with one turn and a tool's call."""
    caller = caller_at(provider_app.url, permissions=[*CLIPBOARD, "microphone"]).open()
    caller.go_live()
    provider.send(*spoken_turn(1, QUESTION, ANSWER), tool_called("tool_1", "agent_1"))
    expect(caller.bubble("tool_1")).to_contain_text("block_card")
    yield caller


def tool_called(item_id: str, after: str) -> dict[str, Any]:
    call = {
        "id": item_id,
        "type": "function_call",
        "call_id": "c",
        "name": "block_card",
        "arguments": '{"last_four": "4242"}',
    }
    return {"type": "conversation.item.added", "previous_item_id": after, "item": call}


def tool(page: Page, name: str) -> Locator:
    return page.get_by_role("group", name="Transcript tools").get_by_role("button", name=name)


def search(page: Page, words: str) -> Locator:
    """Search by keyboard; where it says how many."""
    tool(page, "Search").press("Enter")
    page.keyboard.type(words)
    return page.get_by_role("group", name="Transcript tools").get_by_role("status")


def found(page: Page, name: str = "found") -> list[str]:
    return list(page.evaluate(FOUND, name))


def download(page: Page, form: str, to: Path) -> tuple[str, str]:
    """Return the name of the file and its content."""
    tool(page, "Download").click()
    with page.expect_download() as waiting:
        page.get_by_role("menuitem", name=form).click()
    waiting.value.save_as(to / "file")
    return waiting.value.suggested_filename, (to / "file").read_text("utf-8")


def test_each_item_has_its_time_and_its_language_and_the_page_says_who_told_of_it(talking: Caller) -> None:
    for item_id in ("user_1", "agent_1"):
        expect(talking.bubble(item_id).locator("time")).to_have_text(re.compile(r"^\d\d:\d\d$"))
        expect(talking.bubble(item_id).get_by_text("اردو")).to_be_visible()
    expect(talking.page.get_by_text("As this page heard it")).to_be_visible()


def test_a_tools_call_is_a_quiet_line_without_its_arguments(talking: Caller) -> None:
    expect(talking.bubble("tool_1")).to_contain_text("in progress")
    expect(talking.page.get_by_role("log")).not_to_contain_text("4242")


def test_speech_in_unexpected_letters_is_marked(talking: Caller, provider: ScriptedProvider) -> None:
    provider.send(*spoken_turn(2, "मेरा बैलेंस क्या है", "جی", after="tool_1"))
    expect(talking.bubble("user_2")).to_contain_text("Hindi letters")


def test_the_whole_conversation_can_be_copied(talking: Caller) -> None:
    tool(talking.page, "Copy").click()
    expect(talking.page.get_by_text("Copied", exact=True)).to_be_visible()
    copied = talking.page.evaluate("navigator.clipboard.readText()")
    assert QUESTION in copied and IBAN in copied and "block_card" in copied


def test_one_bubble_can_be_copied_by_keyboard(talking: Caller) -> None:
    talking.bubble("agent_1").get_by_role("button", name="Copy").focus()
    talking.page.keyboard.press("ArrowUp")
    talking.page.keyboard.press("Enter")
    expect(talking.bubble("user_1").get_by_role("button", name="Copied")).to_be_visible()
    assert talking.page.evaluate("navigator.clipboard.readText()") == QUESTION


@pytest.mark.parametrize(
    ("form", "ending"), [("TXT", "txt"), ("JSON", "json"), ("MD", "md"), ("SRT", "srt"), ("VTT", "vtt")]
)
def test_the_conversation_downloads_unmasked_in_five_forms(
    talking: Caller, tmp_path: Path, form: str, ending: str
) -> None:
    name, text = download(talking.page, form, tmp_path)
    assert re.fullmatch(rf"jsbank-\d{{4}}-\d\d-\d\d-\d{{4}}\.{ending}", name)
    assert QUESTION in text and IBAN in text
    if ending == "json":
        assert [item["item_id"] for item in json.loads(text)["items"]] == ["user_1", "agent_1", "tool_1"]


def test_on_the_urdu_page_the_file_is_urdu_and_dated_in_the_readers_own_zone(
    provider: ScriptedProvider, provider_app: RunningApp, caller_at: CallerFactory, tmp_path: Path
) -> None:
    caller = caller_at(f"{provider_app.url}/?lang=ur", timezone_id="Asia/Karachi")
    words, page = Words("ur"), caller.page
    page.goto(caller.url)
    page.wait_for_function("window.did_handshake")
    page.get_by_role("button", name=words["controls.start"]).click()
    expect(caller.status).to_contain_text("بولیں")
    provider.send(*spoken_turn(1, QUESTION, ANSWER))
    expect(caller.bubble("agent_1")).to_contain_text(IBAN)
    page.get_by_role("button", name=words["transcript_tools.download"]).click()
    with page.expect_download() as waiting:
        page.get_by_role("menuitem", name=words["transcript_tools.txt"]).click()
    waiting.value.save_as(tmp_path / "file")
    head, *lines = (tmp_path / "file").read_text("utf-8").splitlines()
    assert "جے ایس بینک" in head
    opened = datetime.strptime(lines[0], "%Y-%m-%d %H:%M UTC%z")
    assert opened.utcoffset() == timedelta(hours=5)
    assert waiting.value.suggested_filename == f"jsbank-{opened:%Y-%m-%d-%H%M}.txt"
    assert words["transcript.reported"] in lines[1]
    assert words["transcript.user"] in lines[3] and QUESTION in lines[3]
    assert not re.search("Caller|Agent|You|Assistant|Reported", "".join(lines))


def test_a_call_that_is_over_can_still_be_taken_along(talking: Caller, tmp_path: Path) -> None:
    talking.stop()
    expect(talking.start_button).to_be_enabled()
    assert ANSWER in download(talking.page, "JSON", tmp_path)[1]


def test_a_search_marks_every_place_and_goes_round_by_keyboard(talking: Caller) -> None:
    said = search(talking.page, "كارڈ")
    expect(said).to_have_text("2 of 2")
    assert found(talking.page) == ["کارڈ", "کارڈ"]
    talking.page.keyboard.press("Enter")
    expect(said).to_have_text("1 of 2")
    talking.page.keyboard.press("Shift+Enter")
    expect(said).to_have_text("2 of 2")
    talking.page.keyboard.press("Escape")
    talking.page.wait_for_function("CSS.highlights.get('found').size === 0")
    expect(tool(talking.page, "Search")).to_be_focused()


def test_words_nobody_said_are_not_found(talking: Caller) -> None:
    expect(search(talking.page, "ہوائی جہاز")).to_have_text("Nothing found")


def test_large_captions_fill_the_screen_name_both_speakers_and_leave_by_escape(talking: Caller) -> None:
    tool(talking.page, "Large").click()
    transcript = talking.page.locator(".transcript")
    expect(transcript.get_by_role("button", name="Leave")).to_be_visible()
    expect(transcript.get_by_role("log")).to_be_focused()
    box, size = transcript.bounding_box(), talking.page.viewport_size
    assert box and size and (box["width"], box["height"]) == (size["width"], size["height"])
    letters = "text => parseFloat(getComputedStyle(text).fontSize)"
    assert talking.bubble("agent_1").locator(".bubble__text").evaluate(letters) >= 28
    for item_id, speaker in (("user_1", "You"), ("agent_1", "Assistant")):
        expect(talking.bubble(item_id).get_by_text(speaker)).to_be_visible()
    talking.page.keyboard.press("Escape")
    expect(transcript.get_by_role("button", name="Leave")).to_be_hidden()
    expect(tool(talking.page, "Large")).to_be_focused()


def test_large_captions_need_no_full_screen_of_the_browser(talking: Caller) -> None:
    talking.page.evaluate("Element.prototype.requestFullscreen = undefined")
    tool(talking.page, "Large").click()
    box, size = talking.page.locator(".transcript").bounding_box(), talking.page.viewport_size
    assert box and size and box["height"] == size["height"]
    assert talking.page.evaluate("document.querySelector('.stage').inert")
    talking.page.keyboard.press("Escape")
    expect(talking.stop_button).to_be_enabled()
    assert not talking.page.evaluate("document.querySelector('.stage').inert")


def test_of_a_very_long_conversation_the_page_holds_little_and_finds_all(
    talking: Caller, provider: ScriptedProvider
) -> None:
    page, count = talking.page, 1500
    texts = {40: "بہت پرانا خزانہ"}
    items = [f"item_{number}" for number in range(count)]
    for number, (item_id, last) in enumerate(zip(items, ["tool_1", *items], strict=False)):
        provider.send(typed(item_id, texts.get(number, f"پیغام نمبر {number}"), last)[0])
    expect(talking.bubble(items[-1])).to_be_in_viewport()
    assert talking.bubbles.count() == 300
    expect(search(page, "خزانہ")).to_have_text("1 of 1")
    expect(talking.bubble("item_40")).to_be_in_viewport()
    page.wait_for_function("CSS.highlights.get('found-current').size === 1")
    page.keyboard.press("Escape")
    assert talking.bubbles.count() == 300
    page.get_by_role("button", name="Jump to latest").click()
    expect(talking.bubble(items[-1])).to_be_in_viewport()
    page.get_by_role("log").evaluate("box => box.scrollTo(0, 0)")
    expect(talking.bubble(f"item_{count - 400}")).to_be_attached()
    assert talking.bubbles.count() == 300
