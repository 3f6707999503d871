from datetime import date
from typing import Any

import pytest

from realtime.models import ListedModel, models_in


@pytest.mark.parametrize(
    ("written", "shutdown"),
    [
        ("2027-01-20", date(2027, 1, 20)),
        ("2027-01-20T00:00:00Z", date(2027, 1, 20)),
        (1_800_403_200, date(2027, 1, 20)),
        (None, None),
        ("", None),
        ("soon", None),
        (1e30, None),
        (True, None),
        ([], None),
    ],
)
def test_a_model_is_known_by_name_and_by_the_day_it_is_shut_down(
    written: object, shutdown: date | None
) -> None:
    answer = {"object": "list", "data": [{"id": "gpt-realtime", "shutdown_date": written}]}
    assert models_in(answer) == [ListedModel("gpt-realtime", shutdown)]


@pytest.mark.parametrize("entry", [None, "gpt", {}, {"id": 7}, {"id": ""}])
def test_an_entry_without_a_name_is_left_out(entry: object) -> None:
    assert models_in({"data": [entry, {"id": "m"}]}) == [ListedModel("m")]


@pytest.mark.parametrize("answer", [None, [], "models", {}, {"data": {}}])
def test_what_is_no_list_is_refused(answer: Any) -> None:
    with pytest.raises(ValueError):
        models_in(answer)
