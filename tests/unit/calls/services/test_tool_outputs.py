import json

import pytest

from calls.services.tool_outputs import (
    CUT,
    MAX_OUTPUT_BYTES,
    SENTENCES,
    apology,
    bounded,
    error_output,
    outcome_of,
)


@pytest.mark.parametrize("output", ["", "short", "ا" * (MAX_OUTPUT_BYTES // 2)])
def test_an_output_that_fits_stays_as_it_is(output: str) -> None:
    assert bounded(output) == output


@pytest.mark.parametrize("letter", ["x", "ا", "字", "😀"])
def test_a_longer_output_is_cut_between_characters_and_says_so_to_the_agent(letter: str) -> None:
    cut = bounded(letter * 500_000)
    assert MAX_OUTPUT_BYTES - 4 < len(cut.encode()) <= MAX_OUTPUT_BYTES
    assert cut.endswith(CUT)
    assert set(cut.removesuffix(CUT)) == {letter}


@pytest.mark.parametrize(
    ("code", "outcome"),
    [
        ("too_many", "limited"),
        ("timed_out", "timed_out"),
        ("failed", "failed"),
        ("bad_arguments", "failed"),
        ("unknown_tool", "failed"),
        ("controlled_only", "refused"),
    ],
)
@pytest.mark.parametrize("language", ["en", "ur", "de"])
def test_an_apology_tells_what_came_of_the_call(code: str, outcome: str, language: str) -> None:
    assert outcome_of(apology(code, language)) == outcome


def test_every_apology_stands_in_both_languages() -> None:
    assert all(set(sentences) == {"en", "ur"} for sentences in SENTENCES.values())


def test_the_refusal_of_a_tool_is_a_refusal() -> None:
    assert outcome_of(error_output("identity_needed", "Who are you?")) == "refused"


def test_an_error_that_a_tool_returns_itself_is_a_failure() -> None:
    assert outcome_of('{"error":"no such city"}') == "failed"
    assert outcome_of(json.dumps({"error": "no such city", "code": {"a": 1}})) == "failed"


@pytest.mark.parametrize("output", ["", "x", "[]", '{"found":1}', '{"error"', '{"errors":[]}', None])
def test_any_other_output_is_done(output: str | None) -> None:
    assert outcome_of(output) == "done"
