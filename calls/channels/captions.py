"""A captions session: a call in which nothing answers and everything that is said is written down."""

from dataclasses import dataclass, replace
from typing import Any, Literal, cast, get_args

from agents.persona import NoiseReduction, Persona, TranscriptionSettings, TurnDetection
from calls.call import Call
from calls.events import CallChange
from calls.provider.knowledge import ProviderKnowledge
from calls.provider.stored_prompt import StoredPrompt
from calls.provider_gateway import ProviderGateway
from calls.registry import Registry
from calls.tickets import RelayTicket
from realtime.client import CreatedCall, RealtimeClient
from realtime.conversation.changes import TextAppended
from realtime.model_name import undated
from realtime.session import SessionSpec, build_transcription_session
from settings import Settings

NAME = "captions"
LIVE_MODELS = ("gpt-live-transcribe", "gpt-realtime-whisper")
"""They write while somebody speaks and take no turn detection: the page commits."""
LANGUAGES = ("ur", "en")
SILENCE_MS = 500

Source = Literal["microphone", "tab"]


@dataclass(frozen=True, slots=True)
class CaptionsChoice:
    """What the page chose for its next session."""

    language: str
    """ISO 639 code of what will be said."""
    source: Source = "microphone"


def captions_choice(told: object, offered: tuple[str, ...]) -> CaptionsChoice | None:
    """Return what a browser says it chose; None where that is nothing that was offered."""
    if not isinstance(told, dict):
        return None
    language, source = told.get("language"), told.get("source")
    if language not in offered or source not in get_args(Source):
        return None
    return CaptionsChoice(str(language), cast(Source, source))


class CaptionsGateway(ProviderGateway):
    """Places transcription sessions: they take an `ek_` and a raw offer, which this server posts itself."""

    remembers = False
    can_be_observed = False

    def __init__(self, client: RealtimeClient, settings: Settings) -> None:
        super().__init__(client, settings, ProviderKnowledge(StoredPrompt(None, client.base_url)))

    def controls(self, persona: Persona) -> bool:
        """Never: it is the page's own speech that the page reports, and nothing is done because of it."""
        return False

    async def place(self, persona: Persona, visitor_id: str, offer_sdp: str) -> CreatedCall:
        """Mint a secret with the session in it and post the offer with it; the browser sees neither.

        :raises ProviderFailure: nothing was created
        """
        secret = await self.secret(persona, visitor_id)
        return await self.client.create_call_with(secret, offer_sdp)

    def session(self, persona: Persona, prompt_id: str | None = None) -> dict[str, Any]:
        """Return the session object of captions."""
        return build_transcription_session(self.spec(persona))

    def spec(self, persona: Persona, prompt_id: str | None = None) -> SessionSpec:
        """Return the session to ask for; the model that is recorded and billed is the recogniser."""
        return replace(persona.session(), model=persona.transcription.model, voice="", instructions="")


class Captions:
    """Opens captions sessions beside the calls of `registry`: in its places, limits and records."""

    def __init__(self, registry: Registry, client: RealtimeClient, settings: Settings, like: Persona) -> None:
        """Create the captions.

        :param like: whose key terms, limits and language count
        """
        self._registry = registry
        self._gateway = CaptionsGateway(client, settings)
        self._like = like
        self._model = settings.captions_model
        self.languages = tuple(dict.fromkeys((like.language, *LANGUAGES)))
        """What may be chosen, the likeliest first."""

    @property
    def needs_commits(self) -> bool:
        """Whether the page has to say where an utterance ends."""
        return needs_commits(self._model)

    def open(self, visitor_id: str, choice: CaptionsChoice, host: str | None = None) -> Call:
        """Open a session for a visitor.

        :param host: the visitor's address, as for any call
        :raises CallRefused: as for any call
        """
        call = self._registry.open(
            self.listener(choice), visitor_id, "captions", host=host, gateway=self._gateway
        )
        call.watch(lambda changes: _note_speech(call, changes))
        return call

    def ice_servers(self, visitor_id: str) -> list[dict[str, Any]]:
        """Return the ICE servers for one visitor's browser, as for any call."""
        return self._registry.ice_servers(visitor_id)

    async def ticket(self, call: Call) -> RelayTicket:
        """Return where the browser posts its offer: always here, for the secret stays on this server."""
        return self._registry.relay_ticket(call)

    def listener(self, choice: CaptionsChoice) -> Persona:
        """Return the listening half of a persona, which never speaks."""
        noise_reduction: NoiseReduction = "near_field" if choice.source == "microphone" else "off"
        return listening(self._like, self._model, choice.language, noise_reduction)


def needs_commits(model: str) -> bool:
    """Whether this recogniser leaves it to the client to say where an utterance ends."""
    return undated(model) in LIVE_MODELS


def listening(
    like: Persona, model: str, language: str | None = None, noise_reduction: NoiseReduction | None = None
) -> Persona:
    """Return the listening half of a persona: its words are transcribed, and nothing answers.

    :param model: of the recogniser
    :param language: ISO 639 code of what will be said; None: the persona's
    :param noise_reduction: None: the persona's
    """
    language = language or like.language
    changed: dict[str, Any] = {
        "name": NAME,
        "language": language,
        "noise_reduction": noise_reduction or like.noise_reduction,
        "greeting": "",
        "control": "bridged",
        "tools": {},
        "transcription": TranscriptionSettings(model=model, languages=[language]),
        "turn_detection": TurnDetection(
            type="manual" if needs_commits(model) else "server_vad", silence_duration_ms=SILENCE_MS
        ),
    }
    return like.model_copy(update=changed)


def _note_speech(call: Call, changes: list[CallChange]) -> None:
    """Tell the limits that somebody speaks: without turn detection nothing but words does."""
    if any(isinstance(change, TextAppended) for change in changes):
        call.acted()
