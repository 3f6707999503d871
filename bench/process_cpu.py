"""Processor time of a process, as Linux counts it."""

import os
from pathlib import Path

TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
USER, SYSTEM = 13, 14
"""Fields of `/proc/<pid>/stat`, counted from 0."""


def cpu_seconds(pid: int) -> float:
    """Return the time of all threads of a process since it began, in seconds of one core."""
    stat = Path(f"/proc/{pid}/stat").read_text()
    after_name = stat[
        stat.rindex(")") + 2 :
    ].split()  # a name may hold spaces; what follows begins at place 2
    return (int(after_name[USER - 2]) + int(after_name[SYSTEM - 2])) / TICKS_PER_SECOND
