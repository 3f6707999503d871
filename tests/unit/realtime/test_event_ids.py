import pytest

from realtime.client_events import response_create, session_update
from realtime.event_ids import type_in_id, with_event_id


def test_an_id_is_new_each_time_and_tells_the_type() -> None:
    first, second = with_event_id(response_create()), with_event_id(response_create())
    assert first["event_id"] != second["event_id"]
    assert type_in_id(first["event_id"]) == type_in_id(second["event_id"]) == "response.create"


def test_an_event_keeps_the_id_it_has() -> None:
    assert with_event_id({**session_update({}), "event_id": "mine"})["event_id"] == "mine"


@pytest.mark.parametrize("event_id", [None, "", "mine", "my words#1", "session.updated#1"])
def test_an_id_of_somebody_else_tells_no_type(event_id: str | None) -> None:
    assert type_in_id(event_id) is None
