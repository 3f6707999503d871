"""Known error codes and reasons."""

from calls.call_controls import EXPECTED_ERRORS
from realtime.error_codes import KNOWN_CODES, OTHER, error_code, incomplete_reason
from realtime.failures import PASSING_CODES
from realtime.sequencer import ALREADY_ACTIVE

WORDS = "card_4111111111111111_my_words"


def test_what_this_program_acts_on_is_known() -> None:
    assert EXPECTED_ERRORS | PASSING_CODES | {ALREADY_ACTIVE} <= KNOWN_CODES


def test_a_code_that_is_not_on_the_list_is_other() -> None:
    assert error_code({"code": "session_expired"}) == "session_expired"
    assert error_code({"code": None, "type": "server_error"}) == "server_error"
    assert error_code({"code": WORDS, "type": "server_error"}) == OTHER
    assert error_code({}) == OTHER


def test_a_reason_is_one_of_those_the_api_has() -> None:
    assert incomplete_reason({"reason": "turn_detected"}) == "turn_detected"
    assert incomplete_reason({"reason": WORDS}) == OTHER
    assert incomplete_reason({"error": {"code": "rate_limit_exceeded"}}) == "rate_limit_exceeded"
    assert incomplete_reason({"error": {"code": WORDS}}) == OTHER
    assert incomplete_reason({}) is None
