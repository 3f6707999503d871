from realtime.model_name import undated


def test_a_snapshot_is_known_by_its_family() -> None:
    assert undated("gpt-live-transcribe-2026-10-01") == "gpt-live-transcribe"


def test_other_names_stay_as_they_are() -> None:
    assert [undated(name) for name in ("gpt-realtime-2.1-mini", "my-2026-model")] == [
        "gpt-realtime-2.1-mini",
        "my-2026-model",
    ]
