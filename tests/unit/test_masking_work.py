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
SMALLEST = 16 * 1024
TIMES = 4
GENEROUS = 3.0
"""What is square in the text takes four times as much again."""


def _processor_s(text: str) -> float:
    def once() -> float:
        begun = time.process_time()
        mask(text)
        before_open_number(text)
        return time.process_time() - begun

    return min(once() for _ in range(3))


@pytest.mark.parametrize("unit", UNITS)
def test_four_times_the_text_takes_about_four_times_the_work(unit: str) -> None:
    text = (unit * SMALLEST)[:SMALLEST]
    assert _processor_s(text * TIMES) < GENEROUS * TIMES * _processor_s(text)
