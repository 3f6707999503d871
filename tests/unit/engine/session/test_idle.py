from engine.session.idle import IdleTimer
from tests.fakes.timer import FakeTimer


def test_silence_of_the_set_length_is_noticed_once() -> None:
    timer, noticed = FakeTimer(), []
    idle = IdleTimer(timer, lambda: noticed.append(timer.now))
    idle.arm(6000)
    timer.advance(5.9)
    assert noticed == []
    timer.advance(10)
    assert len(noticed) == 1


def test_anything_that_happens_stops_the_waiting() -> None:
    timer, noticed = FakeTimer(), []
    idle = IdleTimer(timer, lambda: noticed.append(1))
    idle.arm(6000)
    idle.disarm()
    idle.arm(None)
    timer.advance(60)
    assert noticed == []
