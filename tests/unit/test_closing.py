import pytest

from server.closing import close_in_turn


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
