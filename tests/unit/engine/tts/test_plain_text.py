import pytest

from engine.tts.plain_text import MAX_SENTENCE, sentences


def test_markdown_and_headings_are_not_said() -> None:
    text = (
        "# Cards\n**Block** the card: see [the app](https://x.y/z).\n\n- one `code`\n2. two\n> three\n---\n"
    )
    assert sentences(text) == ["Block the card: see the app.", "one code", "two", "three"]


def test_urdu_and_english_sentences_are_told_apart() -> None:
    assert sentences("پہلا جملہ۔ دوسرا؟ Third. Fourth!") == ["پہلا جملہ۔", "دوسرا؟", "Third.", "Fourth!"]


@pytest.mark.parametrize("text", ["It costs 3.5 percent.", "Room 2. 3 is closed"])
def test_numbers_with_points_stay_whole(text: str) -> None:
    assert sentences(text) == [text]


def test_long_sentences_come_in_pieces_that_lose_nothing() -> None:
    text = "، ".join(["یہ ایک لمبا حصہ ہے"] * 40) + "۔"
    pieces = sentences(text)
    assert len(pieces) > 1
    assert max(map(len, pieces)) <= MAX_SENTENCE
    assert " ".join(pieces) == text


def test_a_text_without_any_end_is_cut_at_words() -> None:
    text = " ".join(["word"] * 1000)
    assert " ".join(sentences(text)) == text
    assert max(map(len, sentences(text))) <= 2 * MAX_SENTENCE


def test_nothing_is_no_sentence() -> None:
    assert sentences("") == sentences("# only a heading\n") == []
