"""The one call that an open page holds, from its first dialling to its end."""

from collections.abc import Callable
from typing import Any, Protocol

from calls.call import Call, Cancellable, Timer, loop_timer
from calls.events import CallChange, Closed, RenewalWished
from calls.owned_tasks import OwnedTasks
from calls.tickets import Ticket


class CallDesk(Protocol):
    """Gives the browser what it needs to post its offer: a registry, or what has its own way."""

    async def ticket(self, call: Call) -> Ticket:
        """Return where the browser posts its offer.

        :raises ProviderFailure, CallEnded: there is no ticket; the call is closed
        """

    def ice_servers(self, visitor_id: str) -> list[dict[str, Any]]:
        """Return the ICE servers for one visitor's browser."""


class CallBridge(Protocol):
    """Tells the browser's half of the page what to do."""

    async def dial(self, call: Call, desk: CallDesk, ice_servers: list[dict[str, Any]]) -> None:
        """Let the browser post its offer."""

    def send(self, events: list[dict[str, Any]]) -> None:
        """Send client events over the data channel."""

    def redial(self) -> None:
        """Let the browser leave the provider's session and dial for another one."""

    def refuse(self) -> None:
        """Release everything: there will be no call."""

    def stop(self, reason: str) -> None:
        """Release everything: the call is over."""


class HeldCall:
    """The call of one page. It outlasts the page's connection for a while, and never the page."""

    def __init__(
        self,
        bridge: CallBridge,
        desk: CallDesk,
        visitor_id: str,
        *,
        grace_s: float,
        is_engine: bool,
        on_changes: Callable[[Call, list[CallChange]], None],
        timer: Timer = loop_timer,
    ) -> None:
        """Hold no call yet.

        :param desk: gives the tickets for the browser's offers
        :param grace_s: how long the page's connection may be away before the call ends
        :param is_engine: whether this server is the provider, which may be reached by nothing but HTTP
        :param on_changes: gets what happens in the call that is held, its end included
        """
        self.call: Call | None = None
        self._bridge = bridge
        self._desk = desk
        self._visitor_id = visitor_id
        self._grace_s = grace_s
        self._is_engine = is_engine
        self._on_changes = on_changes
        self._timer = timer
        self._tasks = OwnedTasks()
        self._grace: Cancellable | None = None
        self._unwatch: Callable[[], None] = lambda: None

    def hold(self, call: Call) -> None:
        """Hold this call from now on, and let its client events reach the browser."""
        self.call = call
        call.attach(self._bridge.send)
        self._unwatch = call.watch(lambda changes: self._follow(call, changes))

    def dial(self) -> None:
        """Let the browser post its offer for the call that is held."""
        if self.call:
            self._tasks.start(self._dial(self.call), f"dial {self.call.id}")

    def redial(self) -> None:
        """Open another leg for a browser that dials again; refuse where the call is over."""
        if self.call:
            self.call.redial()
        if self.call:  # It may have used up its legs.
            self.dial()
        else:
            self._bridge.refuse()

    def report(self, phase: str, reason: str | None, retry_after_s: float | None) -> Closed | None:
        """Follow what the browser says of its attempt; return how it failed where no call is held."""
        if self._is_engine and reason == "no_media_path":
            reason = "no_media_path_engine"
        if phase == "redialling":
            self.redial()
        elif self.call:
            self.call.report(phase, reason, retry_after_s)
        elif phase == "failed":
            return Closed(reason or "unknown", retry_after_s)
        return None

    def release(self, reason: str) -> None:
        """End the call that is held, and hold none: the visitor's next call must not find it in its place."""
        call = self.call
        self._forget()
        if call:
            call.end(reason)

    def _forget(self) -> None:
        # The same page may hold the same call again, when its caller resumes it: it must not watch twice.
        self.call = None
        self._unwatch()
        self._unwatch = lambda: None

    async def _dial(self, call: Call) -> None:
        await self._bridge.dial(call, self._desk, self._desk.ice_servers(self._visitor_id))

    def _follow(self, call: Call, changes: list[CallChange]) -> None:
        if call is not self.call:
            return
        if over := call.closed or call.away:
            self._forget()
            self._bridge.stop(over.reason)
        if any(isinstance(change, RenewalWished) for change in changes):
            self._bridge.redial()
        self._on_changes(call, changes)

    # -- the page's own connection -----------------------------------------------------------------

    def page_connected(self) -> None:
        """Keep the call: the page is there."""
        if self._grace:
            self._grace.cancel()
            self._grace = None

    def page_disconnected(self) -> None:
        """Give the page some time to come back."""
        self.page_connected()
        self._grace = self._timer(self._grace_s, self.page_lost)

    def page_lost(self) -> None:
        """End the call: the page does not come back. It is told, should it come back after all."""
        if self.call:
            self.call.end("page_lost")
