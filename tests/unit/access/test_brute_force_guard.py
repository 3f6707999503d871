import pytest

from access.brute_force_guard import FREE_TRIES, LONGEST_DELAY_S, MAX_ADDRESSES, BruteForceGuard, TooManyTries
from tests.fakes.timer import FakeTimer

KEY = b"a secret of the installation"


def guard_at(timer: FakeTimer) -> BruteForceGuard:
    return BruteForceGuard("code", KEY, lambda: timer.now)


def delay_of(guard: BruteForceGuard, host: str) -> float:
    with pytest.raises(TooManyTries) as refused:
        guard.begin_try(host)
    return refused.value.retry_after_s


def test_delays_grow_for_the_address_that_guesses_and_for_no_other() -> None:
    timer = FakeTimer()
    guard = guard_at(timer)
    for _ in range(FREE_TRIES - 1):
        guard.begin_try("9.9.9.9")
    delays = []
    for _ in range(9):
        guard.begin_try("9.9.9.9")
        delays.append(delay_of(guard, "9.9.9.9"))
        guard.begin_try("8.8.8.8")
        guard.mark_right("8.8.8.8")
        timer.advance(delays[-1])
    assert delays == [1, 2, 4, 8, 16, 32, 60, 60, 60] and delays[-1] == LONGEST_DELAY_S


def test_a_right_try_clears_the_count() -> None:
    guard = guard_at(FakeTimer())
    for _ in range(3 * FREE_TRIES):
        guard.begin_try("9.9.9.9")
        guard.mark_right("9.9.9.9")


def test_addresses_of_one_ipv6_network_are_one() -> None:
    guard = guard_at(FakeTimer())
    for number in range(FREE_TRIES):
        guard.begin_try(f"2001:db8::{number:x}")
    delay_of(guard, "2001:db8::ffff")
    guard.begin_try("2001:db8:0:1::1")


def test_no_more_addresses_are_remembered_than_the_limit() -> None:
    guard = guard_at(FakeTimer())
    for number in range(MAX_ADDRESSES + 10):
        guard.begin_try(f"10.{number // 65536}.{number // 256 % 256}.{number % 256}")
    assert len(guard._tries) == MAX_ADDRESSES


def test_a_wrong_try_is_one_log_line_without_the_address(caplog: pytest.LogCaptureFixture) -> None:
    guard = guard_at(FakeTimer())
    guard.begin_try("9.9.9.9")
    guard.mark_wrong("9.9.9.9")
    assert len(caplog.records) == 1
    assert "9.9.9.9" not in caplog.text
