"""Placing a call at the provider: the persona's session, with the deployment's overrides."""

import hashlib
import hmac
from typing import Any

from agents.persona import Persona
from calls.provider.knowledge import ProviderKnowledge
from calls.provider.stored_prompt import StoredPrompt
from realtime.client import ClientSecret, CreatedCall, RealtimeClient
from realtime.session import SessionSpec, build_session
from realtime.sideband import Sideband, SidebandLost
from settings import Settings

PSEUDONYM_LENGTH = 16
SECRET_SECONDS = 30
"""A client secret is used at once, so it need not live longer than a slow network takes."""


class ProviderGateway:
    """Turns a persona into a session and asks the provider for a call or a client secret."""

    remembers = True
    """Whether a session takes what was said before it began."""
    can_be_observed = True
    """Whether the server's key reaches the sessions that it places."""

    def __init__(
        self, client: RealtimeClient, settings: Settings, knowledge: ProviderKnowledge | None = None
    ) -> None:
        self.client = client
        self._settings = settings
        self.knowledge = knowledge or ProviderKnowledge(
            StoredPrompt(settings.openai_prompt_id, client.base_url)
        )

    async def place(self, persona: Persona, visitor_id: str, offer_sdp: str) -> CreatedCall:
        """Create the call from the browser's offer, with the server's key.

        :raises ProviderFailure: nothing was created
        """
        return await self.knowledge.ask(
            lambda prompt_id: self.session(persona, prompt_id),
            lambda session: self.client.create_call(
                offer_sdp, session, safety_identifier=self.safety_identifier(visitor_id)
            ),
        )

    def choosing(
        self, *, model: str | None = None, voice: str | None = None, transcription_model: str | None = None
    ) -> "ProviderGateway":
        """Return a gateway to the same provider, with these choices over the deployment's; None keeps one."""
        names = {
            "openai_model": model,
            "openai_voice": voice,
            "openai_transcription_model": transcription_model,
        }
        chosen = {name: value for name, value in names.items() if value is not None}
        return ProviderGateway(self.client, self._settings.model_copy(update=chosen), self.knowledge)

    async def secret(
        self, persona: Persona, visitor_id: str, expires_after_s: int = SECRET_SECONDS
    ) -> ClientSecret:
        """Mint a client secret that holds the whole session.

        :raises ProviderFailure: nothing was minted
        """
        return await self.knowledge.ask(
            lambda prompt_id: self.session(persona, prompt_id),
            lambda session: self.client.create_client_secret(
                session,
                expires_after_s=expires_after_s,
                safety_identifier=self.safety_identifier(visitor_id),
            ),
        )

    async def accept(self, persona: Persona, visitor_id: str, provider_call_id: str) -> None:
        """Accept a phone call that rings at the provider.

        :raises ProviderFailure: it is not accepted
        """
        await self.knowledge.ask(
            lambda prompt_id: self.session(persona, prompt_id),
            lambda session: self.client.accept(
                provider_call_id, session, safety_identifier=self.safety_identifier(visitor_id)
            ),
        )

    def session(self, persona: Persona, prompt_id: str | None = None) -> dict[str, Any]:
        """Return the session object of a call with `persona`."""
        return build_session(self.spec(persona, prompt_id))

    def spec(self, persona: Persona, prompt_id: str | None = None) -> SessionSpec:
        """Return what a call with `persona` asks of the provider, with the deployment's overrides."""
        settings = self._settings
        transcription = settings.openai_transcription_model or persona.transcription.model
        return persona.session(
            controlled=self.controls(persona),
            for_engine=settings.provider_kind == "engine",
            model=settings.openai_model,
            voice=settings.openai_voice,
            transcription_model=self.knowledge.transcription.current(transcription),
            prompt_id=prompt_id,
        )

    def controls(self, persona: Persona) -> bool:
        """Whether calls with `persona` are run under the server's control."""
        return persona.control == "sideband" or self._settings.control == "sideband"

    @property
    def observes(self) -> bool:
        """Whether the server listens to what its bridged sessions bill; our own engine bills nothing."""
        return self.can_be_observed and self._settings.provider_kind != "engine"

    @property
    def replaces_transcription(self) -> bool:
        """Whether another model takes the place of one that fails to transcribe, as in voice calls.

        Captions keep theirs, since the page depends on it, and our engine has one.
        """
        return self.can_be_observed and self._settings.provider_kind != "engine"

    @property
    def requires_control(self) -> bool:
        """Whether sessions whose usage the server cannot observe are refused (`REQUIRE_CONTROL`)."""
        return self._settings.require_control and self._settings.provider_kind != "engine"

    def refuses(self, persona: Persona) -> bool:
        """Return whether calls with `persona` are refused because nobody could observe what they bill."""
        return self.requires_control and not (self.observes or self.controls(persona))

    async def attach(self, provider_call_id: str | None) -> Sideband:
        """Attach the sideband of a call that this server created.

        :raises SidebandLost: also when the provider named no call id
        """
        if provider_call_id is None:
            raise SidebandLost("the provider named no call id")
        return await Sideband.attach(self.client.base_url, self._settings.provider_key, provider_call_id)

    async def warm(self) -> None:
        """Make ready for a call that may be placed soon."""
        await self.client.warm()

    async def hang_up(self, provider_call_id: str | None) -> None:
        """End the call at the provider, where its id is known."""
        if provider_call_id:
            await self.client.hang_up(provider_call_id)

    def pseudonym(self, visitor_id: str) -> str:
        """Return a short stable name of the visitor for others' logs, such as a TURN server's."""
        return self.safety_identifier(visitor_id)[:PSEUDONYM_LENGTH]

    def safety_identifier(self, visitor_id: str) -> str:
        """Return a stable pseudonym of the visitor, for the provider's abuse handling."""
        return hmac.new(
            self._settings.storage_secret.encode(), visitor_id.encode(), hashlib.sha256
        ).hexdigest()
