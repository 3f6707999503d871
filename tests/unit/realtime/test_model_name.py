from datetime import date

from realtime.model_name import is_served, undated


def test_a_snapshot_is_known_by_its_family() -> None:
    assert undated("gpt-live-transcribe-2026-10-01") == "gpt-live-transcribe"


def test_other_names_stay_as_they_are() -> None:
    assert [undated(name) for name in ("gpt-realtime-2.1-mini", "my-2026-model")] == [
        "gpt-realtime-2.1-mini",
        "my-2026-model",
    ]


def test_a_model_is_served_until_the_day_of_its_shutdown_with_all_its_snapshots() -> None:
    names = ("gpt-realtime", "gpt-realtime-2025-08-28", "gpt-realtime-2.1")
    assert [is_served(name, date(2027, 1, 19)) for name in names] == [True, True, True]
    assert [is_served(name, date(2027, 1, 20)) for name in names] == [False, False, True]
