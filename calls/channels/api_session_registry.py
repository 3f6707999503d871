"""The sessions of outside clients, and what they may choose."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from limits import RateLimitItemPerMinute
from limits.strategies import FixedWindowRateLimiter, MovingWindowRateLimiter

from agents.persona import Persona
from calls.channels.api_session import SECRET_SECONDS, ApiSession
from calls.channels.captions import LIVE_MODELS, CaptionsGateway, listening
from calls.provider.stored_prompt import today_utc
from calls.provider_gateway import ProviderGateway
from calls.registry import CallRefused, Registry
from realtime.client import ClientSecret
from realtime.model_name import is_served
from settings import Settings
from state.expiring_storage import ExpiringStorage

STARTS_PER_MINUTE = 60
"""Of one key: it may serve many customers."""
UNITS_PER_MINUTE = 3_000_000
"""What one key may report, as `realtime.json_size` counts it: 24 MB of text, which is a thousand calls."""
TRANSCRIPTION_MODELS = ("gpt-transcribe", "gpt-4o-transcribe", "gpt-4o-mini-transcribe", "whisper-1")
"""Those that transcribe what voice detection commits."""


@dataclass(frozen=True, slots=True)
class SessionChoice:
    """What a client asks for; None leaves it to the deployment."""

    type: Literal["realtime", "transcription"] = "realtime"
    """A transcription session writes down what is said, and nothing answers."""
    persona: str | None = None
    model: str | None = None
    voice: str | None = None
    transcription: str | None = None
    language: str | None = None
    """What will be said in a transcription session."""


class ChoiceRefused(Exception):
    """A client asks for something that is not on the list."""

    def __init__(self, name: str, allowed: list[str]) -> None:
        super().__init__(f"{name}: takes one of {', '.join(allowed)}.")
        self.name = name


class SecretRefused(Exception):
    """A client secret's holder can rewrite its session, so a controlled or observed one hands out none."""


class ApiSessionRegistry:
    """The sessions that are in use, in this process."""

    def __init__(
        self,
        registry: Registry,
        gateway: ProviderGateway,
        personas: Mapping[str, Persona],
        settings: Settings,
        today: Callable[[], date] = today_utc,
    ) -> None:
        """Create the api session registry.

        :param today: in UTC
        """
        self._registry = registry
        self._gateway = gateway
        self._today = today
        self._personas = personas
        self._settings = settings
        self._sessions: dict[str, ApiSession] = {}
        self._starts = MovingWindowRateLimiter(ExpiringStorage())
        self._start_limit = RateLimitItemPerMinute(STARTS_PER_MINUTE)
        self._reports = FixedWindowRateLimiter(ExpiringStorage())
        self._report_limit = RateLimitItemPerMinute(UNITS_PER_MINUTE)

    def open(self, owner: str, choice: SessionChoice, *, relayed: bool) -> ApiSession:
        """Open a session and its record.

        :raises ChoiceRefused: it names something that is not on the list
        :raises SecretRefused: the persona's calls are controlled or observed, so it has to be relayed
        :raises CallRefused: the day's money is spent
        """
        persona, gateway = self._chosen(choice, relayed=relayed)
        self.check_start(owner)
        session = ApiSession(persona, owner, gateway, self._registry, relayed=relayed)
        self._sessions[session.id] = session
        session.call.watch(lambda _: self._forget(session))
        return session

    async def token(self, owner: str, choice: SessionChoice) -> ClientSecret:
        """Mint a client secret that belongs to no session.

        :raises ChoiceRefused: it names something that is not on the list
        :raises SecretRefused: the persona's calls are controlled or observed
        :raises CallRefused: too many starts of this key, or the day's money is spent
        :raises ProviderFailure: none was minted
        """
        persona, gateway = self._chosen(choice, relayed=False)
        self.check_start(owner)
        return await gateway.secret(persona, owner, SECRET_SECONDS)

    def check_start(self, owner: str) -> None:
        """Count a start of this key.

        :raises CallRefused: too many, or the day's money is spent
        """
        self._registry.check_money()
        if not self._starts.hit(self._start_limit, owner):
            raise CallRefused("starts_exceeded", 60)

    def check_report(self, owner: str, units: int) -> None:
        """Count what a key reports.

        :param units: as `realtime.json_size` counts
        :raises CallRefused: too much in this minute
        """
        if not self._reports.hit(self._report_limit, owner, cost=units):
            raise CallRefused("too_fast", 60)

    def get(self, session_id: str, owner: str | None) -> ApiSession | None:
        """Return the session if it is in use and belongs to this owner; None as owner means anybody."""
        session = self._sessions.get(session_id)
        return session if session and owner in (None, session.owner) else None

    def close(self) -> None:
        """End every session; the registry waits for what they have going."""
        for session in list(self._sessions.values()):
            session.end("server_stopping")

    def _forget(self, session: ApiSession) -> None:
        if session.call.closed:
            self._sessions.pop(session.id, None)

    # -- what may be chosen ------------------------------------------------------------------------

    def _chosen(self, choice: SessionChoice, *, relayed: bool) -> tuple[Persona, ProviderGateway]:
        settings = self._settings
        name = choice.persona or settings.persona
        _check("persona", name, list(self._personas))
        persona = self._personas[name]
        if choice.type == "transcription":
            return self._chosen_listener(persona, choice, relayed=relayed)
        spec = self._gateway.spec(persona)
        own_recogniser = str((spec.transcription or {}).get("model", ""))
        _check("model", choice.model, [*self._served_models(), spec.model])
        _check("voice", choice.voice, [*settings.allowed_voices, spec.voice])
        _check("transcription", choice.transcription, [*TRANSCRIPTION_MODELS, own_recogniser])
        if not relayed and (self._gateway.requires_control or self._gateway.controls(persona)):
            raise SecretRefused
        gateway = self._gateway.choosing(
            model=choice.model, voice=choice.voice, transcription_model=choice.transcription
        )
        return persona, gateway

    def _chosen_listener(
        self, like: Persona, choice: SessionChoice, *, relayed: bool
    ) -> tuple[Persona, ProviderGateway]:
        own_recogniser = self._settings.captions_model
        allowed = [own_recogniser, *TRANSCRIPTION_MODELS, *LIVE_MODELS]
        _check("transcription", choice.transcription, allowed)
        gateway = CaptionsGateway(self._gateway.client, self._settings)
        persona = listening(like, choice.transcription or own_recogniser, choice.language)
        if gateway.refuses(persona):
            raise CallRefused("control_required")
        if not relayed and self._gateway.controls(persona):
            raise SecretRefused
        return persona, gateway

    def _served_models(self) -> list[str]:
        """Return the models that clients may choose, without those that OpenAI has shut down."""
        models = self._settings.allowed_models
        if self._settings.provider_kind != "openai":
            return models
        return [model for model in models if is_served(model, self._today())]


def _check(name: str, wanted: str | None, allowed: list[str]) -> None:
    if wanted is not None and wanted not in allowed:
        raise ChoiceRefused(name, list(dict.fromkeys(allowed)))
