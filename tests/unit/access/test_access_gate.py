from typing import Any

from access.access_gate import AccessGate
from access.brute_force_guard import FREE_TRIES


def access_gate(code: str | None = "open sesame", secret: str = "salt") -> AccessGate:
    return AccessGate(code, secret)


def test_without_a_code_everybody_is_admitted() -> None:
    assert not access_gate(None).is_locked
    assert access_gate(None).admits({})


def test_a_visitor_who_knows_the_code_is_remembered() -> None:
    visitor: dict[str, Any] = {}
    assert not access_gate().admits(visitor)
    assert access_gate().enter(visitor, "open sesame", "a") is None
    assert access_gate().admits(visitor)
    assert "open sesame" not in str(visitor)


def test_a_wrong_code_opens_nothing() -> None:
    visitor: dict[str, Any] = {}
    for code in ("", "open", "کھل جا"):
        assert access_gate().enter(visitor, code, "a") == "wrong"
    assert not access_gate().admits(visitor)


def test_who_entered_an_earlier_code_is_asked_again() -> None:
    visitor: dict[str, Any] = {}
    access_gate().enter(visitor, "open sesame", "a")
    assert not access_gate("another").admits(visitor)
    assert not access_gate(secret="other").admits(visitor)


def test_a_code_that_is_guessed_too_often_waits_and_no_other_address_does() -> None:
    guarded, visitor = access_gate(), dict[str, Any]()
    for _ in range(FREE_TRIES):
        assert guarded.enter(visitor, "guess", "9.9.9.9") == "wrong"
    assert guarded.enter(visitor, "open sesame", "9.9.9.9") == "too_many"
    assert guarded.enter(visitor, "open sesame", "8.8.8.8") is None
