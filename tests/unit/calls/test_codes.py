"""The known codes, and the sentences that pages show for them."""

from calls.codes import FAILURE_CODES, NOTICE_CODES, UNKNOWN, failure_code, notice_code
from components.shared.words import load_texts


def in_section(name: str) -> set[str]:
    return {key.partition(".")[2] for key in load_texts("en") if key.startswith(f"{name}.")}


def test_every_failure_that_has_a_sentence_is_known_and_the_other_way_round() -> None:
    assert FAILURE_CODES - {"not_started"} == in_section("failure") - {UNKNOWN}


def test_every_notice_of_a_page_has_a_sentence() -> None:
    assert in_section("notice") | in_section("told") | in_section("microphone_help") >= NOTICE_CODES


def test_other_words_are_unknown() -> None:
    assert failure_code("card_4111111111111111_my_words") == UNKNOWN
    assert notice_code("card_4111111111111111_my_words") == UNKNOWN
    assert failure_code("stopped") == "stopped"
    assert failure_code(None) is None
