from engine.session.event_rate import BURST_BYTES, BURST_EVENTS, EVENTS_PER_SECOND, EventRate


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_burst_passes_and_then_so_many_events_a_second() -> None:
    clock = Clock()
    rate = EventRate(clock)
    assert sum(rate.takes(1) for _ in range(BURST_EVENTS + 50)) == BURST_EVENTS
    clock.now = 1.0
    assert sum(rate.takes(1) for _ in range(BURST_EVENTS)) == EVENTS_PER_SECOND


def test_bytes_are_counted_as_well() -> None:
    rate = EventRate(Clock())
    assert rate.takes(BURST_BYTES)
    assert not rate.takes(1)
