"""What the page asks for with a file of the conversation."""

from datetime import UTC, timedelta

import pytest

from components.transcript.transcript_tools import zone_of


@pytest.mark.parametrize(("minutes", "name"), [(300, "UTC+05:00"), (-210, "UTC-03:30"), (0, "UTC")])
def test_times_of_day_are_written_in_the_readers_zone(minutes: int, name: str) -> None:
    zone = zone_of(minutes)
    assert zone.tzname(None) == name
    assert zone.utcoffset(None) == timedelta(minutes=minutes)


@pytest.mark.parametrize("minutes", [None, True, "300", 5000, -5000, 1.5, {}, []])
def test_what_cannot_be_a_zone_is_utc(minutes: object) -> None:
    assert zone_of(minutes) == UTC
