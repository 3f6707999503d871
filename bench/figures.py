"""Samples, what is said of them, and Markdown tables of it."""

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Spread:
    """What is told of many samples of one thing, in their unit."""

    median: float
    p95: float
    count: int

    @classmethod
    def of(cls, samples: Sequence[float]) -> "Spread":
        """:raises ValueError: when there are none"""
        return cls(percentile(samples, 50), percentile(samples, 95), len(samples))


def percentile(samples: Sequence[float], percent: float) -> float:
    """Between the two nearest samples in proportion, so that of few samples p95 is almost the largest.

    :raises ValueError: when there are no samples
    """
    if len(samples) < 2:
        return statistics.median(samples)
    place = percent / 100 * (len(samples) - 1)
    below = min(int(place), len(samples) - 2)
    first, second = sorted(samples)[below : below + 2]
    return first + (second - first) * (place - below)


def table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A Markdown table; numbers stand on the right."""
    lines = [columns, ["---"] + ["--:"] * (len(columns) - 1), *rows]
    return "\n".join(f"| {' | '.join(map(str, line))} |" for line in lines)


def verdict(figure: float, aim: float) -> str:
    """The aim, and whether the figure reaches it."""
    return f"≤ {aim:g}: {'met' if figure <= aim else '**missed**'}"
