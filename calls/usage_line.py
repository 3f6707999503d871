"""The server's hold on a bridged call: what its session bills and fails at, heard over a sideband.

The browser can hide and invent both, so the server listens itself. It displays and sends nothing.
"""

import logging
from collections.abc import Awaitable, Callable

from realtime.conversation.changes import UsageReported
from realtime.recent import RecentIds
from realtime.sideband import Sideband, SidebandLost
from realtime.usage_frames import TranscriptionFailed, failed_transcription_in, usage_in

log = logging.getLogger("guftagu.money")

ATTACHMENTS = 2
"""The first one, and another where it broke."""
REMEMBERED_USAGE = 256

Attach = Callable[[], Awaitable[Sideband]]


class UsageLine:
    """One call's sideband that is only listened to: `run` returns when it is lost for good."""

    def __init__(
        self,
        attach: Attach,
        on_heard: Callable[[UsageReported | TranscriptionFailed], None],
        on_observed: Callable[[bool], None],
        name: str,
    ) -> None:
        """Create the usage line.

        :param attach: opens a sideband to the call; raises `SidebandLost`
        :param on_heard: gets each usage once, and every failed transcription
        :param on_observed: told True when listening begins, False when it breaks
        :param name: of the call, for log lines
        """
        self._attach = attach
        self._on_heard = on_heard
        self._on_observed = on_observed
        self._name = name
        self._sideband: Sideband | None = None
        self._counted = RecentIds(REMEMBERED_USAGE)

    async def open(self) -> None:
        """Attach before `run` does.

        :raises SidebandLost: the session cannot be observed
        """
        self._sideband = await self._attach()

    async def run(self) -> None:
        """Report usage until the line is lost for good; ends when cancelled."""
        try:
            for _ in range(ATTACHMENTS):
                if self._sideband is None:
                    await self.open()
                await self._listen()
        except SidebandLost:
            pass
        log.warning(
            "%s: its usage cannot be observed; full-rate audio is charged for its minutes where that is more",
            self._name,
        )

    async def close(self) -> None:
        """Let go of a line that was opened and never run."""
        if self._sideband:
            await self._sideband.close()

    async def _listen(self) -> None:
        sideband, self._sideband = self._sideband, None
        if sideband is None:
            return
        self._on_observed(True)
        try:
            async for frame in sideband.frames():
                usage = usage_in(frame)
                if usage and self._counted.add(usage.item_or_response_id):
                    self._on_heard(usage)
                elif failed := failed_transcription_in(frame):
                    self._on_heard(failed)
        finally:
            await sideband.close()
        self._on_observed(False)
