import asyncio
import os
import signal
import threading
from collections.abc import Iterator

import pytest

from server.shutdown import FAILED, Closing, close_in_turn, within


async def test_a_step_that_fails_keeps_no_other_from_its_turn() -> None:
    done: list[str] = []

    def first() -> None:
        done.append("first")

    async def fails() -> None:
        raise RuntimeError("second")

    async def last() -> None:
        done.append("last")

    with pytest.raises(RuntimeError, match="second"):
        await close_in_turn(first, fails, last)
    assert done == ["first", "last"]


async def never() -> None:
    await asyncio.Event().wait()


async def test_a_step_that_never_ends_is_left_after_its_time_and_said_in_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    done = asyncio.Event()
    await close_in_turn(within(0.01, "the stuck part", never), done.set)
    assert done.is_set()
    assert "without the stuck part" in caplog.text


@pytest.fixture
def handled() -> Iterator[list[int]]:
    """Collect the signals that reach the handler beneath."""
    reached: list[int] = []
    before = {n: signal.signal(n, lambda n, _: reached.append(n)) for n in (signal.SIGTERM, signal.SIGINT)}
    yield reached
    for number, handler in before.items():
        signal.signal(number, handler)


async def test_the_first_signal_begins_the_end_and_later_ones_change_nothing(handled: list[int]) -> None:
    begun, steps = asyncio.Event(), 0

    def step() -> None:
        nonlocal steps
        steps += 1
        begun.set()

    closing = Closing(step, exit_now=lambda _: None)
    closing.listen()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGINT, signal.SIGTERM):
        os.kill(os.getpid(), number)
    await begun.wait()
    await closing.finish()
    assert handled == [signal.SIGTERM]
    assert steps == 1


async def test_an_end_without_a_signal_closes_everything_once() -> None:
    done: list[str] = []
    closing = Closing(lambda: done.append("closed"))
    await asyncio.gather(closing.finish(), closing.finish())
    assert done == ["closed"]


async def test_a_server_that_does_not_end_after_a_signal_is_ended_with_a_failure(
    handled: list[int], caplog: pytest.LogCaptureFixture
) -> None:
    ended = threading.Event()
    codes: list[int] = []

    def exit_now(code: int) -> None:
        codes.append(code)
        ended.set()

    closing = Closing(never, total_s=0.01, exit_now=exit_now)
    closing.listen()
    os.kill(os.getpid(), signal.SIGTERM)
    assert await asyncio.to_thread(ended.wait, 30)
    assert codes == [FAILED]
    assert "did not end within" in caplog.text
    closing._begin().cancel()
