"""The caller's own conversation as a file."""

import asyncio
import json
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from calls.time_slice import TimeSlice
from calls.transcript_file import FORMS, Phrases, TranscriptMeta, transcript_file
from realtime.conversation import Conversation
from realtime.conversation.item import Item
from tests.fakes.turns import reply, speech_heard, transcribed, typed

OPENED = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
PHRASES = Phrases({"user": "You", "assistant": "Assistant", "tool": "Looked something up"})
META = TranscriptMeta("call_1", "Shop", OPENED, phrases=PHRASES)
IBAN = "PK36SCBL0000001123456702"


def a_call(*, controlled: bool = False) -> Any:
    conversation = Conversation()
    call = {"id": "t", "type": "function_call", "call_id": "c", "name": "look_up", "arguments": '{"cnic": 1}'}
    events = [
        (0, {"type": "session.created", "session": {}}),
        *((2000, event) for event in typed("u", f"My IBAN is {IBAN}")),
        (3000, {"type": "conversation.item.added", "previous_item_id": "u", "item": call}),
        *((5000, event) for event in reply("a", "t", ["Thank ", "you."])),
        *((9000, event) for event in [*speech_heard("v", "a"), *transcribed("v", "خدا حافظ")]),
    ]
    for at_ms, event in events:
        conversation.apply(event, at_ms)
    return SimpleNamespace(controlled=controlled, conversation=conversation)


async def file_of(form: str, call: Any) -> str:
    return await transcript_file(call, form, META, shown)


def shown(item: Item) -> tuple[str, str]:
    return (f"{item.name} (done)" if item.role == "tool" else item.text), "en"


async def test_a_text_file_holds_what_the_page_shows_with_its_times() -> None:
    assert (await file_of("txt", a_call(controlled=True))).splitlines()[3:] == [
        f"[00:02] You: My IBAN is {IBAN}",
        "[00:03] Looked something up: look_up (done)",
        "[00:05] Assistant: Thank you.",
        "[00:09] You: \u2067خدا حافظ\u2069",
    ]


@pytest.mark.parametrize("form", FORMS)
async def test_every_form_holds_the_callers_own_words_unmasked_and_no_arguments(form: str) -> None:
    text = await file_of(form, a_call())
    assert IBAN in text and "خدا حافظ" in text
    assert "cnic" not in text


@pytest.mark.parametrize(("form", "clock"), [("srt", "00:00:05,000"), ("vtt", "00:00:05.000")])
async def test_subtitles_begin_when_the_words_did_in_the_call(form: str, clock: str) -> None:
    assert f"{clock} --> " in await file_of(form, a_call())


@pytest.mark.parametrize(("controlled", "source"), [(True, "provider"), (False, "browser")])
async def test_the_file_says_who_told_of_it(controlled: bool, source: str) -> None:
    items = json.loads(await file_of("json", a_call(controlled=controlled)))["items"]
    assert {item["source"] for item in items} == {source}


async def test_the_event_loop_does_other_things_while_a_long_conversation_is_gone_through(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(TimeSlice, "is_over", True)
    call = a_call()
    turns_of_loop = 0
    turns_at_item: list[int] = []

    async def count() -> None:
        nonlocal turns_of_loop
        while True:
            turns_of_loop += 1
            await asyncio.sleep(0)

    def shown_and_counted(item: Item) -> tuple[str, str]:
        turns_at_item.append(turns_of_loop)
        return shown(item)

    counting = asyncio.create_task(count())
    await transcript_file(call, "txt", META, shown_and_counted)
    counting.cancel()
    assert len(set(turns_at_item)) == len(turns_at_item) > 1
