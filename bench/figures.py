"""Statistics of samples, and Markdown tables of them."""

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Spread:
    """Median and p95 of the samples of one quantity, in their unit."""

    median: float
    p95: float
    count: int

    @classmethod
    def of(cls, samples: Sequence[float]) -> "Spread":
        """Compute the spread of samples.

        :raises ValueError: there are none
        """
        return cls(percentile(samples, 50), percentile(samples, 95), len(samples))


def percentile(samples: Sequence[float], percent: float) -> float:
    """Interpolate between the two nearest samples; of few samples, p95 is almost the largest.

    :raises ValueError: there are no samples
    """
    if len(samples) < 2:
        return statistics.median(samples)
    place = percent / 100 * (len(samples) - 1)
    below = min(int(place), len(samples) - 2)
    first, second = sorted(samples)[below : below + 2]
    return first + (second - first) * (place - below)


def table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Format a Markdown table with numbers aligned to the right."""
    lines = [columns, ["---"] + ["--:"] * (len(columns) - 1), *rows]
    return "\n".join(f"| {' | '.join(map(str, line))} |" for line in lines)


def verdict(figure: float, aim: float) -> str:
    """Format the aim and whether the figure reaches it."""
    return f"≤ {aim:g}: {'met' if figure <= aim else '**missed**'}"
