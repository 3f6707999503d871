"""What a fake saw, in order, written in one thread and awaited in another."""

import threading
from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

Entry = TypeVar("Entry")


class Journal(Generic[Entry]):
    """An append-only list one can wait on. Async tests wait with `asyncio.to_thread(journal.wait_for, …)`."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._entries: list[Entry] = []
        self._grown = threading.Condition()

    def add(self, entry: Entry) -> None:
        with self._grown:
            self._entries.append(entry)
            self._grown.notify_all()

    def clear(self) -> None:
        with self._grown:
            self._entries.clear()

    def wait_for(
        self, matches: Callable[[Entry], bool] = lambda _entry: True, timeout_s: float = 20
    ) -> Entry:
        """Wait for the first entry that matches; `TimeoutError` names those that came."""
        with self._grown:
            self._grown.wait_for(lambda: any(map(matches, self._entries)), timeout_s)
            for entry in self._entries:
                if matches(entry):
                    return entry
            raise TimeoutError(f"no such entry among the {self._name} within {timeout_s} s: {self._entries}")

    def __iter__(self) -> Iterator[Entry]:
        with self._grown:
            return iter(list(self._entries))

    def __len__(self) -> int:
        with self._grown:
            return len(self._entries)

    def __getitem__(self, index: int) -> Entry:
        with self._grown:
            return self._entries[index]

    def __contains__(self, entry: object) -> bool:
        with self._grown:
            return entry in self._entries
