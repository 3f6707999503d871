"""The rules' work grows no faster than the text they are given: processor time at n, 2n and 4n."""

import math
import re
import time
from collections.abc import Callable
from typing import Any

import pytest

from engine.demo.guide import Guide
from engine.demo.out_of_band_answers import aside
from engine.demo.tool_rules import choose_call
from engine.demo.transcript import transcript_of
from engine.demo.words import folded
from engine.llm.language_model import Prompt
from engine.session.session_config import FunctionTool
from engine.tts.plain_text import sentences

UNITS = [
    " ", "\n", "\t", "a", "a ", "#", "# ", "*", "*a ", "__a ", "`", "~~a ", "|", "| ", "-", "[", "![", "](",
    "1", "1.", "a.", "a.a@", "@a.", "AA11 ", "11-", "my name is a ", "This is Aa ", "say ", 'say "', "> ",
    "\n|", "\n- ", "a:", " :", "Aa", "میں ", "میرا نام ا ", "میں ہوں۔ ", "،",
]  # fmt: skip
CHARS = 3_000
STEPS = 3
"""n, 2n and 4n."""
GROWTH = 3.0
"""Of linear work where the text doubles, with room for a busy machine; quadratic work grows by four."""
NEGLIGIBLE_S = 0.03
"""Less is not told from noise."""
MEASUREMENTS = 20
"""At most: a busy machine only adds to a time, so the least of many is the work itself."""


def prompt(text: str) -> Prompt:
    items: list[dict[str, Any]] = [
        {"id": "1", "type": "message", "role": role, "content": [{"type": "input_text", "text": text}]}
        for role in ("user", "assistant")
    ]
    return Prompt("", items, [], "auto", "en", explained=False, aside="Sum up the topic.")


TOOLS = [
    FunctionTool(
        type="function",
        name="block_card",
        parameters={"properties": {"email": {}, "iban": {}, "phone": {}, "n": {"type": "integer"}}},
    )
]
WORK: dict[str, Callable[[str], Any]] = {
    "sentences": sentences,
    "guide": lambda text: Guide(f"# Heading\n{text}\n# {text}"),
    "transcript": lambda text: transcript_of(f"Caller: hello\n{text}").asked,
    "tools": lambda text: choose_call(text, TOOLS, "auto"),
    "aside": lambda text: aside(prompt(text)),
}


def is_linear(took: list[float]) -> bool:
    return took[-1] < NEGLIGIBLE_S or took[-1] < took[0] * GROWTH ** (STEPS - 1)


def processor_s(work: Callable[[str], Any], text: str) -> float:
    folded.cache_clear()
    before = time.thread_time()
    work(text)
    return time.thread_time() - before


@pytest.mark.parametrize("name", WORK)
def test_the_work_of_the_rules_is_linear_in_the_text(name: str) -> None:
    for unit in UNITS:
        for end in ("", "x"):
            lengths = [CHARS * 2**step for step in range(STEPS)]
            texts = [(unit * (chars // len(unit))) + end for chars in lengths]
            took = [math.inf] * STEPS
            for _ in range(MEASUREMENTS):
                took = [
                    min(best, processor_s(WORK[name], text)) for best, text in zip(took, texts, strict=True)
                ]
                if is_linear(took):
                    break
            assert is_linear(took), (unit, end, took)


def test_no_expression_of_the_rules_goes_back_over_a_run_of_spaces() -> None:
    line = re.compile(r"\s*x")  # What such an expression looks like, so that the test is known to tell.
    took = [processor_s(line.search, " " * chars) for chars in (4_000, 16_000)]
    assert took[1] > took[0] * GROWTH**2
