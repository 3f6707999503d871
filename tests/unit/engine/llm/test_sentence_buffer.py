import pytest

from engine.llm.sentence_buffer import SentenceBuffer
from engine.tts.plain_text import sentences

TEXT = "Salam! **One** of 3.5 is here. دوسرا جملہ۔ Third\n- a list\n- of two. End"


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
def test_the_sentences_are_those_of_the_whole_text_whatever_the_pieces(size: int) -> None:
    buffer, said = SentenceBuffer(4096), list[str]()
    for at in range(0, len(TEXT), size):
        said += buffer.add(TEXT[at : at + size])
    assert said + buffer.flush() == sentences(TEXT)


def test_a_sentence_waits_until_something_follows_it() -> None:
    buffer = SentenceBuffer(4096)
    assert buffer.add("It costs 3.") == []
    assert buffer.add("50. Thank you.") == []
    assert buffer.add(" Bye") == ["It costs 3.50."]
    assert buffer.flush() == ["Thank you.", "Bye"]


def test_what_goes_past_the_limit_is_dropped() -> None:
    buffer = SentenceBuffer(6)
    assert [*buffer.add("One. Two. "), *buffer.add("Three. "), *buffer.flush()] == ["One.", "T"]
