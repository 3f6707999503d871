"""Masking of long texts and of texts that grow."""

import asyncio
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.masking import before_open_number, mask
from store.masking.masked import HIDDEN
from store.masking.number_words import FILLERS, HUNDRED, WEAK_FILLERS
from store.masking.pieces import LONGEST_NUMBER, PIECE_CHARS, GrowingMask, mask_in_pieces, safe_cut

SENTENCE = "my account has 250,000 rupees and the card 4111 1111 1111 1111 expires 05/06/2027, you know; "


async def test_a_long_text_is_masked_as_if_it_were_one() -> None:
    text = SENTENCE * (4 * PIECE_CHARS // len(SENTENCE))
    assert await mask_in_pieces(text) == mask(text)


async def test_other_tasks_run_between_the_pieces() -> None:
    turns = 0

    async def count() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    counting = asyncio.create_task(count())
    await mask_in_pieces(SENTENCE * (4 * PIECE_CHARS // len(SENTENCE)))
    counting.cancel()
    assert turns >= 3


@pytest.mark.parametrize("unit", ["4111 ", "a 4111 1111 1111 1111 b ", "1", "صفر "])
async def test_a_number_over_a_cut_is_hidden_where_no_safe_place_exists(unit: str) -> None:
    text = unit * (2 * PIECE_CHARS // len(unit) + 10)
    assert "4111" not in await mask_in_pieces(text)


async def test_a_phone_number_over_a_cut_is_hidden_whole() -> None:
    text = "ab 0300 1234567 c " * (2 * PIECE_CHARS // 18)
    assert not any(map(str.isdigit, await mask_in_pieces(text)))


@pytest.mark.parametrize("number", ["0300 1234567", "4111 1111 1111 1111"])
@pytest.mark.parametrize("place", [PIECE_CHARS - back * LONGEST_NUMBER for back in (0, 1, 2)])
async def test_a_number_anywhere_around_a_forced_cut_is_masked_as_in_the_whole(
    number: str, place: int
) -> None:
    for start in range(place - 60 - len(number), place + 5):
        text = ("x " * PIECE_CHARS)[:start] + f" {number} " + "a b c " * 100
        masked = await mask_in_pieces(text)
        assert masked == mask(text)
        assert HIDDEN in masked


async def test_a_number_that_grows_over_any_filler_is_never_shown_in_part() -> None:
    for word in sorted(FILLERS | WEAK_FILLERS | HUNDRED):
        said = f"my number is zero three zero {word} zero one two three four five six seven thanks".split()
        growing, stored, whole = GrowingMask(), [], mask(" ".join(said))
        assert HIDDEN in whole, word
        for count in range(1, len(said)):
            stored.append(await growing.update(before_open_number(" ".join(said[:count]) + " ")))
        assert await growing.update(" ".join(said)) == whole, word
        for text in stored:
            shown = zip(text, whole, strict=False)
            assert not any(hidden == HIDDEN != each for each, hidden in shown), (word, text)


def test_no_cut_stands_before_a_short_word_near_digits() -> None:
    assert safe_cut("MT84 MALT 0110 word 0001", 0, 24) is None
    far = "a " * LONGEST_NUMBER
    assert safe_cut(f"4111 {far}word a", 0, 2000) == 5 + len(far)


def test_a_cut_stands_before_a_long_word_that_no_number_contains() -> None:
    text = "account 4111 pachas"
    assert safe_cut(text, 0, len(text)) is None
    assert safe_cut(f"card {text}", 0, 40) == 5


words = st.sampled_from(
    [
        "account",
        "please",
        "4111 1111",
        "1111",
        "اور",
        "0300",
        "1234567",
        "PK36 SCBL",
        "0000 0011",
        "2345 6702",
    ]
)


@given(st.lists(words, max_size=30), st.sampled_from([" ", ", ", ". "]))
def test_a_growing_text_is_masked_as_the_whole_is(said: list[str], separator: str) -> None:
    async def grow() -> None:
        growing, text = GrowingMask(), ""
        for word in said:
            text += word + separator
            assert await growing.update(text) == mask(text)

    asyncio.run(grow())


@pytest.mark.parametrize(
    "text",
    [
        "0300 1234 double one 7 thanks",
        "MT84MALT011000012345MTLCAST001S please",
        "4111 1111 triple 1 11111 ok",
    ],
)
async def test_a_text_that_grows_letter_by_letter_is_masked_as_the_whole_is(text: str) -> None:
    growing = GrowingMask()
    for end in range(len(text) + 1):
        assert await growing.update(text[:end]) == mask(text[:end])


async def test_a_text_that_is_replaced_is_masked_anew() -> None:
    growing = GrowingMask()
    await growing.update("my account is 0300 1234567 thanks a lot")
    assert await growing.update("another text") == "another text"


@pytest.mark.parametrize("step", [SENTENCE, "AA11 " * 16, "1 " * 40, "word " * 16, "hundred " * 10])
async def test_a_growing_text_costs_its_new_words_alone(step: str) -> None:
    """A text that grows n times takes n times the work of one step, and not n² times."""

    async def grow(steps: int) -> float:
        growing, text, begun = GrowingMask(), "", time.process_time()
        for _ in range(steps):
            text += step
            await growing.update(text)
        return time.process_time() - begun

    small, middle, large = [min([await grow(n) for _ in range(2)]) for n in (40, 80, 160)]
    assert middle < 4 * small
    assert large < 9 * small
