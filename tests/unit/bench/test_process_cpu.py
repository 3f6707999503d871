"""What Linux counts for a process."""

import os
import sys
import time

import pytest

from bench.process_cpu import cpu_seconds

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads Linux's /proc")


def test_the_processor_time_of_this_process_is_what_python_says_it_is() -> None:
    sum(range(3_000_000))
    before = time.process_time()
    counted = cpu_seconds(os.getpid())
    assert before - 0.05 <= counted <= time.process_time() + 0.05
