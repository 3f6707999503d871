from datetime import date

import pytest

from calls.provider.transcription_models import TranscriptionModels

BEFORE, AFTER = date(2027, 2, 26), date(2027, 2, 27)


def models(today: date = BEFORE) -> TranscriptionModels:
    return TranscriptionModels(lambda: today)


def test_a_model_that_fails_is_replaced_for_the_process_and_told_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    known = models()
    assert known.current("gpt-transcribe") == "gpt-transcribe"
    for _ in range(2):
        assert known.give_up("gpt-transcribe") == "gpt-realtime-whisper"
    assert known.current("gpt-transcribe") == "gpt-realtime-whisper"
    assert known.give_up("gpt-realtime-whisper") == "gpt-4o-mini-transcribe"
    assert known.current("gpt-transcribe") == "gpt-4o-mini-transcribe"
    assert known.give_up("gpt-4o-mini-transcribe") is None
    assert known.current("gpt-transcribe") == "gpt-4o-mini-transcribe"
    assert len(caplog.records) == 2


def test_a_model_is_no_substitute_once_it_is_shut_down() -> None:
    assert models(BEFORE).after("gpt-realtime-whisper") == "gpt-4o-mini-transcribe"
    assert models(AFTER).after("gpt-realtime-whisper") is None


@pytest.mark.parametrize("model", ["whisper-1", "my-own", ""])
def test_other_models_have_no_substitute(model: str) -> None:
    known = models()
    assert known.give_up(model) is None
    assert known.current(model) == model


def test_a_dated_name_is_that_of_its_model() -> None:
    assert models().after("gpt-transcribe-2026-08-01") == "gpt-realtime-whisper"


def test_sessions_that_are_refused_with_every_substitute_get_the_configured_model_again() -> None:
    known = models()
    assert not known.retreat_from("gpt-transcribe")
    known.give_up("gpt-transcribe")
    assert known.retreat_from("gpt-realtime-whisper")
    assert known.current("gpt-transcribe") == "gpt-4o-mini-transcribe"
    assert known.retreat_from("gpt-4o-mini-transcribe")
    assert known.current("gpt-transcribe") == "gpt-transcribe"
    assert not known.retreat_from("gpt-transcribe")
