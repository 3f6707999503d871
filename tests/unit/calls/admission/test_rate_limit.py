from calls.admission.rate_limit import VISITORS_WORTH, Starts


def test_a_visitor_who_starts_too_often_is_told_to_wait() -> None:
    starts = Starts(per_minute=2)
    assert [starts.count("a"), starts.count("a")] == [None, None]
    wait = starts.count("a")
    assert wait and 0 < wait <= 60
    assert starts.count("b") is None


def test_a_visitor_who_is_another_one_each_time_is_stopped_too() -> None:
    starts = Starts(per_minute=1)
    waits = [starts.count(f"cookie {number}") for number in range(VISITORS_WORTH + 1)]
    assert waits[:-1] == [None] * VISITORS_WORTH
    assert waits[-1] and 0 < waits[-1] <= 60
