"""A browser's clock in terms of this process's."""

import time
from dataclasses import dataclass

from playwright.sync_api import Page

BROWSER_NOW = "performance.timeOrigin + performance.now()"
QUESTIONS = 100


@dataclass(frozen=True, slots=True)
class ClockOffset:
    """Milliseconds by which the page's `BROWSER_NOW` is ahead of `time.time()`."""

    ms: float
    uncertainty_ms: float
    """Largest error of the offset, in ms."""


def clock_offset(page: Page) -> ClockOffset:
    """Ask the page for its time repeatedly: each answer was given between question and arrival.

    Every answer bounds the offset from both sides; all together bound it closely.
    """
    low, high = float("-inf"), float("inf")
    for _question in range(QUESTIONS):
        asked = time.time() * 1000
        answer = page.evaluate(BROWSER_NOW)
        arrived = time.time() * 1000
        low, high = max(low, answer - arrived), min(high, answer - asked)
    return ClockOffset((low + high) / 2, abs(high - low) / 2)
