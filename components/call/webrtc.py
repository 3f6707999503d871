"""The Python half of `static/webrtc.js`: what the browser reports, and what it is told to do."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterator
from typing import Any, Protocol

from nicegui import events, ui

from calls.call import Call, CallEnded
from calls.held_call import CallDesk
from calls.tickets import RelayTicket, Ticket
from calls.time_slice import TimeSlice
from components.call.uplink import Entry, PhaseReported, Uplink
from components.shared.words import Words
from paths import END_PATH, OFFER_PATH, TICKET_HEADER
from realtime.conversation import FOLLOWED_EVENTS
from realtime.events import OLDER_NAMES, UNFOLLOWED, ServerEvent
from realtime.failures import ProviderFailure

ACK_EVERY = 25
MAX_WAITING_BATCHES = 30
"""Of 128 KB each. The echo of a thousand messages comes in a dozen."""
KNOWN_EVENTS = frozenset(map(str, ServerEvent)) | OLDER_NAMES.keys() | UNFOLLOWED
"""All others are told of as unknown."""
PARTS = (
    "uplink", "ticket_prefetch", "wake_lock", "inbound", "offer", "peer", "predial", "microphone", "devices",
    "choice", "talk", "typing", "levels", "page_line", "voice_cut",
)  # fmt: skip
"""Of the browser's half, by their names in `static/`."""


class Browser(Protocol):
    """Runs a method of the browser's half; `ui.element.run_method` in the product."""

    def __call__(self, name: str, *args: Any) -> object:
        """Run a method by its name."""


class Bridge:
    """Reads what the browser sends and acknowledges it; addresses what it is told to the right attempt."""

    def __init__(
        self,
        run: Browser,
        *,
        on_entry: Callable[[Entry], None],
        pace_ms: Callable[[], float],
        new_slice: Callable[[], TimeSlice] = TimeSlice,
    ) -> None:
        """Create the bridge.

        :param on_entry: called synchronously for every new entry, in order
        :param pace_ms: how long the browser may gather events when busy
        :param new_slice: begins the time for which entries are handled without a pause
        """
        self._run = run
        self._new_slice = new_slice
        self._on_entry = on_entry
        self._pace_ms = pace_ms
        self._uplink = Uplink(FOLLOWED_EVENTS)
        self._waiting: deque[Iterator[Entry]] = deque()
        self._acknowledged = 0
        self._attempt = 0

    def handle(self, args: object) -> None:
        """Handle one `batch` of the browser, of whatever shape; a long one in slices, in order."""
        if len(self._waiting) == MAX_WAITING_BATCHES:
            for entry in self._uplink.refuse(args):
                self._on_entry(entry)
            return
        self._waiting.append(self._uplink.read(args))
        if len(self._waiting) == 1:
            self._handle_slice()

    def _handle_slice(self) -> None:
        time_slice = self._new_slice()
        try:
            for entry in self._waiting[0]:
                self._handle_entry(entry)
                if time_slice.is_over:
                    break
            else:
                self._waiting.popleft()
        finally:
            if self._waiting:
                asyncio.get_running_loop().call_soon(self._handle_slice)
        if self._uplink.last_seq - self._acknowledged >= ACK_EVERY:
            self._acknowledge()

    def _handle_entry(self, entry: Entry) -> None:
        if isinstance(entry, PhaseReported):
            self._attempt = entry.attempt
        self._on_entry(entry)
        if isinstance(entry, PhaseReported):
            self._acknowledge()

    def _acknowledge(self) -> None:
        self._acknowledged = self._uplink.last_seq
        self._run("ack", self._acknowledged, self._pace_ms())

    async def dial(self, call: Call, desk: CallDesk, ice_servers: list[dict[str, Any]]) -> None:
        """Let the browser post its offer, and tell it how to end the call without this page."""
        attempt = self._attempt
        try:
            ticket = await desk.ticket(call)
        except (ProviderFailure, CallEnded):
            return  # the call is closed by now and has told its watchers why
        self._run(
            "ticket",
            {
                **_address(ticket),
                "endUrl": END_PATH,
                "endToken": call.end_token,
                "iceServers": ice_servers,
                "attempt": attempt,
            },
        )

    def ready(self, ticket: Ticket, ice_servers: list[dict[str, Any]]) -> None:
        """Let the browser post its offer in the very click that will come; the rest follows with `dial`."""
        self._run("ready", {**_address(ticket), "iceServers": ice_servers})

    def refuse(self) -> None:
        """Release everything and say nothing: there will be no call."""
        self._run("refuse", self._attempt)

    def send(self, events: list[dict[str, Any]]) -> None:
        """Send client events over the data channel."""
        self._run("send", events, self._attempt)

    def listen(self) -> None:
        """Open the microphone: the talk button is down, and what was heard before is forgotten."""
        self._run("listen", self._attempt)

    def redial(self) -> None:
        """Leave the provider's session and dial for another one."""
        self._run("redial")

    def stop(self, reason: str) -> None:
        """Release everything: the call is over."""
        self._run("stop", reason, self._attempt)


def _address(ticket: Ticket) -> dict[str, Any]:
    """Return URL and headers with which the browser posts its offer."""
    if isinstance(ticket, RelayTicket):
        return {"url": OFFER_PATH, "headers": {TICKET_HEADER: ticket.token}}
    return {"url": ticket.url, "headers": {"Authorization": f"Bearer {ticket.secret}"}}


class WebRTC(
    ui.element,
    component="../../static/webrtc.js",
    dependencies=[f"../../static/{part}.js" for part in PARTS],
):
    """The element that owns microphone, peer connection and data channel in the browser."""

    def __init__(
        self,
        words: Words,
        *,
        orb: str,
        grace_s: float,
        with_channel: bool,
        keeps_record: bool,
        on_entry: Callable[[Entry], None],
        pace_ms: Callable[[], float],
    ) -> None:
        """Create the element.

        :param orb: CSS selector of the element whose `--mic` and `--voice` follow the levels, 0 to 1
        :param grace_s: how long the page's socket may be down before the browser ends the call
        :param with_channel: whether the page may speak to the session (not in a controlled call)
        :param keeps_record: whether what was said outlives this page
        """
        super().__init__()
        self.bridge = Bridge(self.run_method, on_entry=on_entry, pace_ms=pace_ms)
        self._props["known"] = sorted(KNOWN_EVENTS)
        self._props["wanted"] = sorted(FOLLOWED_EVENTS)
        self._props["with-channel"] = with_channel
        self._props["orb"] = orb
        self._props["grace-ms"] = grace_s * 1000
        kept = words["bridge.kept" if keeps_record else "bridge.not_kept"]
        self._props["words"] = {
            **{key: words[f"bridge.{key}"] for key in ("tap_to_hear", "reload")},
            **{key: f"{words[f'bridge.{key}']} {kept}" for key in ("page_lost", "server_gone")},
        }
        self.on("batch", self._handle)

    def _handle(self, event: events.GenericEventArguments) -> None:
        self.bridge.handle(event.args)
