"""The personas of a deployment, each as its folder says now."""

import logging
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from agents.persona import Persona, PersonaError, load_persona

log = logging.getLogger("guftagu.personas")

ENDINGS = (".toml", ".md", ".py")
"""Of the files that make a persona."""

Stamp = frozenset[tuple[str, int, int]]
"""Of each file its name, when it was changed (ns) and its size in bytes."""


class Personas(Mapping[str, Persona]):
    """Personas by name. An edited folder counts from the next look; one that an edit broke stays as is."""

    def __init__(self, root: Path, personas: Mapping[str, Persona]) -> None:
        """Create the personas.

        :param personas: those that were loaded from under `root`
        """
        self._root = root
        self._good = dict(personas)
        self._stamps = {name: _stamp(root / name) for name in personas}

    def __getitem__(self, name: str) -> Persona:
        good = self._good[name]
        stamp = _stamp(self._root / name)
        if stamp == self._stamps[name]:
            return good
        self._stamps[name] = stamp
        return self._reload(name)

    def _reload(self, name: str) -> Persona:
        try:
            self._good[name] = load_persona(self._root / name)
        except PersonaError as error:
            log.error("persona kept as it was: %s", error)
        else:
            log.info("persona %s is as its folder says now", name)
        return self._good[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._good)

    def __len__(self) -> int:
        return len(self._good)


def _stamp(folder: Path) -> Stamp:
    """Return what tells an edited folder from one that is as it was; empty for one that is not there."""
    try:
        return frozenset(_file_stamps(folder))
    except FileNotFoundError:
        return frozenset()


def _file_stamps(folder: Path) -> Iterator[tuple[str, int, int]]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.endswith(ENDINGS):
                found = entry.stat()
                yield entry.name, found.st_mtime_ns, found.st_size
