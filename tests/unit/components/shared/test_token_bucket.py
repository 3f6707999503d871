"""A bucket that empties and refills, on a clock of the test."""

from components.shared.token_bucket import TokenBucket


def test_a_full_bucket_gives_its_size_at_once_and_then_no_more() -> None:
    bucket = TokenBucket(3, 1, now=lambda: 0.0)
    assert [bucket.take() for _ in range(4)] == [True, True, True, False]


def test_it_refills_with_time_but_never_beyond_its_size() -> None:
    clock = [0.0]
    bucket = TokenBucket(2, 10, now=lambda: clock[0])
    assert [bucket.take() for _ in range(3)] == [True, True, False]
    clock[0] = 0.1
    assert [bucket.take(), bucket.take()] == [True, False]
    clock[0] = 60.0
    assert [bucket.take() for _ in range(3)] == [True, True, False]
