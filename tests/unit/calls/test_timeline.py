from calls.timeline import Timeline


class Clock:
    s = 50.0

    def __call__(self) -> float:
        return self.s


def test_events_of_one_clock_keep_their_times() -> None:
    line = Timeline(Clock())
    assert [line.place(at_ms) for at_ms in (100.0, 250.0)] == [100.0, 250.0]


def test_nobody_knows_the_time_before_the_first_event() -> None:
    assert Timeline(Clock()).now_ms is None


def test_between_events_time_runs_by_the_servers_clock() -> None:
    clock = Clock()
    line = Timeline(clock)
    line.place(1000.0)
    clock.s += 2
    assert line.now_ms == 3000.0


def test_a_reloaded_pages_clock_goes_on_where_the_earlier_one_was() -> None:
    clock = Clock()
    line = Timeline(clock)
    line.place(60_000.0)
    clock.s += 5
    line.change_clock()
    assert [line.place(at_ms) for at_ms in (200.0, 300.0)] == [65_000.0, 65_100.0]


def test_a_changed_clock_before_any_event_changes_nothing() -> None:
    line = Timeline(Clock())
    line.change_clock()
    assert line.place(700.0) == 700.0
