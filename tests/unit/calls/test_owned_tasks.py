import asyncio

import pytest

from calls.owned_tasks import OwnedTasks


async def test_finishing_waits_for_everything_that_was_started() -> None:
    tasks, done = OwnedTasks(), []

    async def work() -> None:
        await asyncio.sleep(0)
        done.append(1)

    tasks.start(work(), "work")
    await tasks.finish()
    assert done == [1]


async def test_a_failure_is_said_with_the_tasks_name(caplog: pytest.LogCaptureFixture) -> None:
    tasks = OwnedTasks()

    async def work() -> None:
        raise KeyError("a caller's words")

    tasks.start(work(), "hang up call_1")
    await tasks.finish()
    await asyncio.sleep(0)
    assert "hang up call_1 failed: KeyError in " in caplog.text
    assert "words" not in caplog.text


async def test_a_failure_that_somebody_waits_for_is_theirs_to_tell(caplog: pytest.LogCaptureFixture) -> None:
    tasks = OwnedTasks()

    async def work() -> None:
        raise KeyError("x")

    with pytest.raises(KeyError):
        await tasks.start(work(), "place call_1", (KeyError,))
    await asyncio.sleep(0)
    assert caplog.text == ""
