"""Long work gives way to the event loop by the clock."""

import asyncio

from calls.time_slice import SLICE_S, TimeSlice


class Clock:
    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


def test_a_slice_is_over_when_its_time_has_passed() -> None:
    clock = Clock()
    time_slice = TimeSlice(clock)
    clock.now_s += SLICE_S / 2
    assert not time_slice.is_over
    clock.now_s += SLICE_S / 2
    assert time_slice.is_over


async def test_others_have_their_turn_once_for_each_slice() -> None:
    clock = Clock()
    time_slice = TimeSlice(clock)
    turns: list[float] = []

    async def note() -> None:
        while True:
            turns.append(clock.now_s)
            await asyncio.sleep(0)

    noting = asyncio.create_task(note())
    for _step in range(8):
        clock.now_s += SLICE_S / 4
        await time_slice.pause_when_over()
    noting.cancel()
    assert turns == [SLICE_S, 2 * SLICE_S]
