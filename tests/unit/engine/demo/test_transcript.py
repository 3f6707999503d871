from typing import Any

import pytest

from engine.demo.transcript import TranscriptLine, transcript_of

CALL = """Fill in the profile: only what was said.

Caller: Hello!
Agent: How can I help?
Caller: My card is lost.
I am in Lahore.
"""


def test_lines_are_told_by_who_speaks_and_the_task_before_them_is_left_out() -> None:
    transcript = transcript_of(CALL)
    assert transcript.lines[0] == TranscriptLine("caller", "Hello!")
    assert [line.speaker for line in transcript.lines] == ["caller", "agent", "caller"]
    assert transcript.asked == ["My card is lost.", "I am in Lahore."]
    assert transcript.sentences[0] == "How can I help?"


@pytest.mark.parametrize(
    "line", ["caller: my card", "- Customer: my card", "[User]: my card", "کالر: my card", "USER : my card"]
)
def test_the_caller_goes_by_many_names(line: str) -> None:
    assert transcript_of(f"Agent: yes?\n{line}").asked == ["my card"]


def test_a_text_that_names_nobody_is_the_callers() -> None:
    assert transcript_of("Note: my card is lost").lines == [TranscriptLine("caller", "Note: my card is lost")]


def test_messages_are_lines_or_hold_lines() -> None:
    messages: list[dict[str, Any]] = [
        {"role": "developer", "content": "Caller: not a line"},
        {"role": "user", "content": [{"type": "input_text", "text": "my card"}]},
        {"role": "assistant", "content": "yes?"},
        {"role": "user", "content": "Agent: and then?\nCaller: it is lost"},
    ]
    told = [(line.speaker, line.text) for line in transcript_of(messages).lines]
    assert told == [
        ("caller", "my card"), ("agent", "yes?"), ("agent", "and then?"), ("caller", "it is lost"),
    ]  # fmt: skip
