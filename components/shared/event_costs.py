"""What the events of a page cost the server, in tokens of its socket's bucket."""

from typing import Any

from nicegui import Client

from components.shared.token_bucket import TokenBucket

BURST, PER_SECOND = 2000, 400
"""Of tokens. A busy call sends 270 frames and KB a second; a page that was away ten seconds brings 200 KB."""
COSTS = {
    "batch": 0,
    "copy": 300,
    "download": 300,
    "search": 40,
    "step": 20,
    "earlier": 20,
    "later": 20,
    "latest": 20,
    "make": 20,
    "revoke": 20,
    "choose": 5,
}
"""Every event that our elements listen to. Those that go through a whole conversation cost most: six at once,
then one a second. `batch` counts what is in it by itself (`components/call/uplink.py`)."""


def socket_bucket() -> TokenBucket:
    """Make the bucket of one page."""
    return TokenBucket(BURST, PER_SECOND)


def event_cost(event: tuple[str, dict[str, Any]]) -> float | None:
    """Return what an event costs besides its frame; None where none of our elements listens to it.

    NiceGUI itself listens to more: `log`, by which a visitor would write into the server's log, and the
    `sub_pages_…` of its own layout, whose handlers fail for arguments they do not expect.
    """
    name, message = event
    if name != "event":
        return None if name == "log" else 0
    client = Client.instances.get(message["client_id"])
    element = client.elements.get(message["id"]) if client else None
    listener = element._event_listeners.get(message["listener_id"]) if element else None
    return COSTS.get(listener.type) if listener else None
