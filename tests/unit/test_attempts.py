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
