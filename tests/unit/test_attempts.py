from calls.attempts import Attempts


def test_tries_are_counted_for_each_address_by_itself() -> None:
    attempts = Attempts(per_minute=2)
    assert [attempts.try_once("a") for _ in range(3)] == [True, True, False]
    assert attempts.try_once("b")
    assert 0 < attempts.retry_after_s("a") <= 60


def test_a_right_try_clears_the_count() -> None:
    attempts = Attempts(per_minute=1)
    for _ in range(3):
        assert attempts.try_once("a")
        attempts.succeeded("a")


def test_wrong_tries_from_many_addresses_are_counted_together() -> None:
    attempts = Attempts(wrong_per_minute=2)
    for address in ("a", "b"):
        assert attempts.try_once(address)
        attempts.failed()
    assert not attempts.try_once("c")
    assert 0 < attempts.retry_after_s("c") <= 60


def test_right_tries_from_many_addresses_are_no_wrong_ones() -> None:
    attempts = Attempts(wrong_per_minute=2)
    for address in "abcd":
        assert attempts.try_once(address)
        attempts.succeeded(address)
