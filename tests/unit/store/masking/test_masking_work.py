"""The work of masking grows with the text, whatever the text is."""

import time

import pytest

from store.masking import before_open_number, mask

UNITS = [
    "AA11 ",
    "PK11 ",
    "PK36SCBL ",
    "1 ",
    "1",
    "صفر ",
    "forty ",
    "1 a ",
    "1\u0301",
    "1 and ",
    "1:1",
    "(2",
    "+9 ",
]
NUMBERS = ["0300 1234567 x ", "PK36 SCBL 0000 0011 2345 6702 x "]
SMALLEST = 16 * 1024
GENEROUS = 2.0
"""What is square in the text takes n times as much again for n times the text."""


def _processor_s(text: str) -> float:
    def once() -> float:
        begun = time.process_time()
        mask(text)
        before_open_number(text)
        return time.process_time() - begun

    return min(once() for _ in range(2))


@pytest.mark.parametrize(
    ("unit", "times"), [*((unit, 4) for unit in UNITS), *((unit, 16) for unit in NUMBERS)]
)
def test_n_times_the_text_takes_about_n_times_the_work(unit: str, times: int) -> None:
    text = (unit * SMALLEST)[:SMALLEST]
    assert _processor_s(text * times) < GENEROUS * times * _processor_s(text)
