"""A sleep that a test ends, for what is done again and again."""

import asyncio


class Sleeper:
    """Sleeps until the test wakes it, and says when it fell asleep."""

    def __init__(self) -> None:
        self.asleep = asyncio.Event()
        self.wake = asyncio.Event()
        self.seconds: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)
        self.asleep.set()
        await self.wake.wait()
        self.wake.clear()

    async def next_round(self) -> None:
        """Wake it, and wait until it sleeps again."""
        self.asleep.clear()
        self.wake.set()
        await self.asleep.wait()
