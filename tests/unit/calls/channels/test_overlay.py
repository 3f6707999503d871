"""Subtitles for other screens: secret addresses, one picture for all, numbers masked."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from typing import Any

from calls.channels.overlay import (
    LONGEST_CHARS,
    MOST,
    UNUSED_SECONDS,
    Overlay,
    OverlayLine,
    OverlayRegistry,
    last_sentences,
)
from realtime.conversation import Conversation
from tests.fakes.turns import transcribed


class Clock:
    now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


def line(text: str) -> OverlayLine:
    return OverlayLine(text, "en", "ltr")


def texts(picture: str) -> list[str]:
    return [shown["text"] for shown in json.loads(picture)["lines"]]


def conversation_of(*said: str) -> Conversation:
    conversation = Conversation()
    before = None
    for number, text in enumerate(said):
        item_id = f"i{number}"
        conversation.apply(
            {"type": "input_audio_buffer.committed", "item_id": item_id, "previous_item_id": before}
        )
        for event in transcribed(item_id, text):
            conversation.apply(event)
        before = item_id
    return conversation


async def next_of(pictures: AsyncIterator[str]) -> list[str]:
    return texts(await anext(pictures))


def test_a_token_has_128_bits_and_is_no_other() -> None:
    book = OverlayRegistry()
    one, other = book.make("a").token, book.make("b").token
    assert len(base64.urlsafe_b64decode(one + "==")) == 16
    assert one != other


def test_an_overlay_is_found_by_its_token_alone() -> None:
    book = OverlayRegistry()
    made = book.make("visitor")
    assert book.find(made.token) is made
    assert book.find("visitor") is None
    assert book.find("") is None
    assert book.find("ایک") is None


def test_a_new_address_ends_the_one_before() -> None:
    book = OverlayRegistry()
    first = book.make("visitor")
    second = book.make("visitor")
    assert first.is_revoked and book.find(first.token) is None
    assert book.of("visitor") is second


def test_what_nobody_used_for_a_day_is_forgotten_and_what_somebody_uses_is_not() -> None:
    clock = Clock()
    book = OverlayRegistry(clock)
    left, used = book.make("left"), book.make("used")
    clock.now_s = UNUSED_SECONDS
    book.of("used")
    clock.now_s += 1
    book.make("another")
    assert left.is_revoked and not used.is_revoked


def test_beyond_so_many_the_longest_unused_address_makes_room() -> None:
    times = iter(range(10 * MOST))
    book = OverlayRegistry(lambda: float(next(times)))
    shown = book.make("who shows captions now")
    idle = book.make("a made-up cookie")
    for number in range(MOST):
        book.make(f"cookie {number}")
        assert book.of("who shows captions now") is shown
    assert idle.is_revoked and not shown.is_revoked


async def test_a_late_viewer_begins_with_what_stands_there() -> None:
    overlay = Overlay()
    overlay.show([line("first")])
    overlay.show([line("second")])
    assert await next_of(overlay.pictures()) == ["second"]


async def test_every_viewer_gets_the_very_same_picture() -> None:
    overlay = Overlay()
    viewers = [overlay.pictures() for _ in range(100)]
    for viewer in viewers:
        assert await next_of(viewer) == []
    waiting = asyncio.gather(*(anext(viewer) for viewer in viewers))
    await asyncio.sleep(0)
    overlay.show([line("now")])
    pictures = await waiting
    assert all(picture is pictures[0] for picture in pictures)
    assert texts(pictures[0]) == ["now"]


async def test_a_slow_viewer_misses_pictures_and_holds_nobody_up() -> None:
    overlay = Overlay()
    slow = overlay.pictures()
    await anext(slow)
    for text in ("one", "two", "three"):
        overlay.show([line(text)])
    assert await next_of(slow) == ["three"]


async def test_revoking_ends_what_viewers_wait_for() -> None:
    book = OverlayRegistry()
    seen: list[str] = []

    async def view() -> None:
        seen.extend([picture async for picture in book.make("visitor").pictures()])

    viewing = asyncio.create_task(view())
    await asyncio.sleep(0)
    book.revoke("visitor")
    await viewing
    assert len(seen) == 1


def test_the_last_two_sentences_are_shown_in_their_order() -> None:
    assert last_sentences(conversation_of("One.", "Two.", "", "Three.")) == ["Two.", "Three."]


def test_numbers_are_masked_and_one_that_still_grows_is_held_back() -> None:
    assert "4111" not in last_sentences(conversation_of("Card 4111 1111 1111 1111."))[0]
    conversation = Conversation()
    growing: dict[str, Any] = transcribed("a", "My card is 4111 1111")[0]
    conversation.apply(growing)
    assert last_sentences(conversation) == ["My card is"]


def test_a_number_over_two_utterances_is_masked_in_both_of_them() -> None:
    assert last_sentences(conversation_of("Card 4111 1111.", "1111 1111.")) == [
        "Card •••• ••••.",
        "•••• ••••.",
    ]
    assert last_sentences(conversation_of("4111 1111.", "Go on.", "1111 1111.")) == ["Go on.", "•••• ••••."]


def test_a_number_whose_beginning_is_no_longer_shown_is_masked() -> None:
    shown = last_sentences(conversation_of("word " * 1000 + "4111 " * 60))[0]
    assert "4111" not in shown[:-5]


def test_of_a_long_sentence_the_end_is_shown_in_whole_words() -> None:
    shown = last_sentences(conversation_of("word " * 200))[0]
    assert len(shown) <= LONGEST_CHARS + 2
    assert set(shown.split()) == {"…", "word"}


def test_of_a_long_sentence_without_spaces_the_end_is_shown_in_whole_characters() -> None:
    shown = last_sentences(conversation_of("カードを止めました" * 60))[0]
    assert len(shown) > LONGEST_CHARS - 5 and shown.endswith("止めました")
    assert last_sentences(conversation_of("a" * 1000))[0] == f"… {'a' * LONGEST_CHARS}"
