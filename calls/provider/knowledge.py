"""What a process learns of its provider when sessions are refused, and how it asks without that."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from calls.provider.stored_prompt import StoredPrompt
from calls.provider.transcription_models import TranscriptionModels
from realtime.failures import ProviderFailure
from realtime.refused_fields import RefusedFields

MAX_REFUSALS = 6
"""Refusals in a row after which a session is not asked for again."""
SESSION_REFUSED = (400, 422)
"""Statuses with which a session object is refused."""
TRANSCRIPTION_MODEL = ("audio.input.transcription.model", "audio.input.transcription")

Answer = TypeVar("Answer")
Session = dict[str, Any]


@dataclass
class ProviderKnowledge:
    """Shared by all gateways to one provider."""

    prompt: StoredPrompt
    fields: RefusedFields = field(default_factory=RefusedFields)
    transcription: TranscriptionModels = field(default_factory=TranscriptionModels)
    on_missing_model: Callable[[str], None] = lambda model: None
    """Told the model of a session that is refused because the provider has no such model."""

    async def ask(
        self, session_of: Callable[[str | None], Session], send: Callable[[Session], Awaitable[Answer]]
    ) -> Answer:
        """Ask the provider for a session, and again without what it refuses by name.

        :param session_of: builds the session, with a stored prompt's id or None
        :raises ProviderFailure: it is refused, or there is no answer
        """
        try:
            return await self.prompt.ask(lambda prompt_id: self._ask(lambda: session_of(prompt_id), send))
        except ProviderFailure as failure:
            if "model" in failure.named:
                self.on_missing_model(str(session_of(None).get("model", "")))
            raise

    async def _ask(
        self, session_of: Callable[[], Session], send: Callable[[Session], Awaitable[Answer]]
    ) -> Answer:
        for _ in range(MAX_REFUSALS):
            session = self.fields.without(session_of())
            try:
                return await send(session)
            except ProviderFailure as failure:
                if not self._learn(session, failure):
                    raise
        return await send(self.fields.without(session_of()))

    def _learn(self, session: Session, failure: ProviderFailure) -> bool:
        """Return whether the session is worth another try without what was named."""
        if not 400 <= (failure.status or 0) < 500:
            return False
        if any(name in TRANSCRIPTION_MODEL for name in failure.named):
            return self.transcription.give_up(transcription_model(session)) is not None
        return self.fields.learn(session, failure.named) or self._doubt_substitute(session, failure)

    def _doubt_substitute(self, session: Session, failure: ProviderFailure) -> bool:
        """Return whether a session that is refused without a known reason may be so for its substitute."""
        is_about_session = failure.status in SESSION_REFUSED and "model" not in failure.named
        return is_about_session and self.transcription.retreat_from(transcription_model(session))


def transcription_model(session: Session) -> str:
    """Return the model that transcribes in a session, empty where none does."""
    inner: Any = session
    for name in ("audio", "input", "transcription", "model"):
        inner = inner.get(name) if isinstance(inner, dict) else None
    return inner if isinstance(inner, str) else ""
