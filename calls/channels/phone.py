"""Phone calls: which persona picks up, and what a call needs that has a line and no page."""

import hashlib
import hmac
import logging
from collections.abc import Iterable, Mapping
from typing import Any

from agents.persona import Persona
from agents.tools import Tool, tool
from calls.call import Call, CallEnded
from calls.events import CallChange, Warned
from calls.registry import CallRefused, Registry
from calls.services.greeting import opening
from realtime.client import RealtimeClient
from realtime.client_events import message_create, response_create
from realtime.failures import ProviderFailure
from realtime.sip import IncomingCall, incoming_call, line_of
from settings import Settings, SettingsError
from state.dedupe import Dedupe
from store.database import StoreFailure

log = logging.getLogger("guftagu.phone")

NOT_FOUND, BUSY, UNAVAILABLE = 404, 486, 503
"""SIP statuses."""
LONGEST_MINUTES = 59.0
"""A phone call cannot be dialled again by us, so it ends with a goodbye before the provider ends it at 60."""
REFUSED_BY_SIP = ("threshold", "prefix_padding_ms", "silence_duration_ms")
"""Fields of turn detection that a phone call is not accepted with."""

FAREWELL = (
    "The time of this phone call is nearly over: it ends by itself in a minute at most. Tell the caller so "
    "now, kindly and shortly, in the language of the call; say that they may call again, and say goodbye."
)
STILL_THERE = (
    "The caller has been silent for long, and the call will soon end by itself. Ask shortly, in the language "
    "of the call, whether they are still there."
)
SPOKEN_WARNINGS = {
    "limit_minutes": FAREWELL,
    "limit_money": FAREWELL,
    "limit_day_money": FAREWELL,
    "limit_share_money": FAREWELL,
    "limit_idle": STILL_THERE,
}


class PhoneChannel:
    """Answers the phone. Give it every event of the webhook."""

    def __init__(
        self,
        registry: Registry,
        client: RealtimeClient,
        settings: Settings,
        lines: Mapping[str, Persona],
        rings: Dedupe,
        default: Persona,
    ) -> None:
        """Create the phone channel.

        :param lines: who answers which line, such as from `lines_of`
        :param rings: the provider's ids of calls that rang
        :param default: answers every line where none is named
        """
        self._registry = registry
        self._client = client
        self._secret = settings.storage_secret.encode()
        self._lines = lines
        self._default = None if lines else default
        self._is_answering = settings.openai_webhook_secret is not None
        self._rings = rings

    def warn(self) -> None:
        """Say in the log, at start, that no line is named; without a secret of the webhook no phone rings."""
        if self._default and self._is_answering:
            log.warning("no line is named (PHONE_NUMBERS): %s answers every phone call", self._default.name)

    async def take(self, event: dict[str, Any]) -> None:
        """Pick up a phone that rings, or turn its caller away; other events are no matter here."""
        incoming = incoming_call(event)
        if incoming is None or not await self._is_new(incoming.call_id):
            return  # Another delivery of a ring must not turn away the call that was picked up.
        persona = self._lines.get(incoming.dialled, self._default)
        if persona is None:
            log.warning("%s: nobody answers the line that was dialled", incoming.call_id)
            await self._turn_away(incoming, NOT_FOUND)
            return
        try:
            call = self._registry.open(self._on_phone(persona, incoming), self._visitor(incoming), "phone")
        except CallRefused as refused:
            log.info("%s: turned away: %s", incoming.call_id, refused.code)
            await self._turn_away(incoming, BUSY)
            return
        await self._pick_up(call, incoming)

    async def _is_new(self, call_id: str) -> bool:
        try:
            return await self._rings.add(call_id)
        except StoreFailure as failure:
            log.warning("%s: not picked up, because it cannot be remembered: %s", call_id, failure)
            return False

    async def _pick_up(self, call: Call, incoming: IncomingCall) -> None:
        call.watch(lambda changes: _speak_warnings(call, changes))
        try:
            await call.answer(incoming.call_id)
        except ProviderFailure:
            await self._turn_away(incoming, UNAVAILABLE)
        except CallEnded:
            log.info("%s: ended before it began", call.id)
        else:
            call.report("live")
            call.send(opening(call.persona))

    async def _turn_away(self, incoming: IncomingCall, sip_status: int) -> None:
        try:
            await self._client.reject(incoming.call_id, sip_status)
        except ProviderFailure as failure:
            log.info("%s: not turned away: %s", incoming.call_id, failure.code)

    def _on_phone(self, persona: Persona, incoming: IncomingCall) -> Persona:
        tools = dict(persona.tools)
        if persona.transfer_to:
            transfer = transfer_tool(self._client, incoming.call_id, persona.transfer_to)
            tools[transfer.name] = transfer
        refused: dict[str, object] = dict.fromkeys(REFUSED_BY_SIP)
        if persona.turn_detection.type == "manual":
            refused["type"] = "server_vad"  # A phone has no button to hold.
        detection = persona.turn_detection.model_copy(update=refused)
        minutes = min(persona.limits.minutes or LONGEST_MINUTES, LONGEST_MINUTES)
        changed = {
            "control": "sideband",
            "tools": tools,
            "turn_detection": detection,
            "limits": persona.limits.model_copy(update={"minutes": minutes}),
        }
        return persona.model_copy(update=changed)

    def _visitor(self, incoming: IncomingCall) -> str:
        """Return the caller's pseudonym. Anyone can claim a number, so it limits starts and proves nothing.

        Callers who withhold their number are not one visitor: none of them may use up what is all others'.
        """
        caller = f"caller {incoming.caller}" if incoming.caller else f"call {incoming.call_id}"
        digest = hmac.new(self._secret, caller.encode(), hashlib.sha256)
        return f"phone_{digest.hexdigest()[:32]}"


def transfer_tool(client: RealtimeClient, provider_call_id: str, target_uri: str) -> Tool:
    """Return the tool that hands one phone call over; the persona decides where to, not the agent."""

    @tool()
    async def transfer_to_human() -> str:
        """Hand the caller over to a human colleague on the phone, when they ask for one or you cannot help.

        Tell the caller first; this call ends when the colleague takes over.
        """
        await client.refer(provider_call_id, target_uri)
        return "The caller is being put through. Say in one short sentence that they should hold the line."

    return transfer_to_human


def lines_of(personas: Mapping[str, Persona], settings: Settings) -> dict[str, Persona]:
    """Who answers which line: what the personas say, and over it `PHONE_NUMBERS`.

    :raises SettingsError: it names a persona that is not there, or two personas want one line
    """
    lines: dict[str, Persona] = {}
    for persona in personas.values():
        for line in map(line_of, persona.phone_numbers):
            if line in lines:
                raise SettingsError(f"phone_numbers: {lines[line].name} and {persona.name} share one")
            lines[line] = persona
    for address, name in settings.phone_numbers.items():
        if name not in personas:
            raise SettingsError(f"PHONE_NUMBERS: {name!r} is not one of {', '.join(personas)}")
        lines[line_of(address)] = personas[name]
    return lines


def _speak_warnings(call: Call, changes: Iterable[CallChange]) -> None:
    """Have the agent speak warnings, because a phone shows none."""
    for change in changes:
        if isinstance(change, Warned):
            call.send(message_create("system", SPOKEN_WARNINGS[change.code]), response_create())
