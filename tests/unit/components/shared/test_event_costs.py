"""Which events of a page reach its elements, and at what price."""

import re
from pathlib import Path

from components.shared.event_costs import BURST, COSTS, PER_SECOND, event_cost

ROOT = Path(__file__).parents[4]
LISTENS = re.compile(r"""\.on\(\s*"([a-z_]+)"(?!.*js_handler)""")


def test_every_event_that_a_component_listens_to_has_its_price() -> None:
    components = (ROOT / "components").rglob("*.py")
    assert {name for file in components for name in LISTENS.findall(file.read_text("utf-8"))} == set(COSTS)


def test_what_goes_through_a_whole_conversation_is_for_a_few_at_once() -> None:
    assert 60 * COSTS["copy"] > BURST + PER_SECOND
    assert 5 * COSTS["download"] <= BURST


def test_the_frameworks_log_message_goes_nowhere() -> None:
    assert event_cost(("log", {"client_id": "x"})) is None
    assert event_cost(("ack", {"client_id": "x"})) == 0


def test_an_event_for_a_page_that_is_gone_goes_nowhere() -> None:
    assert event_cost(("event", {"client_id": "gone", "id": 1, "listener_id": "x"})) is None
