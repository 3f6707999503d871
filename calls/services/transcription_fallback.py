"""Another model for the caller's words, within the call, when the one that was asked for fails."""

from collections.abc import Callable, Iterable

from calls.call import Call
from calls.events import CallChange, Connected
from calls.provider.knowledge import transcription_model
from realtime.bounds import MAX_ITEMS
from realtime.client_events import session_update
from realtime.conversation.changes import ErrorReported, ItemAdded, ItemFinished, SessionReported
from realtime.recent import RecentDict
from realtime.usage_frames import TranscriptionFailed

NOT_THE_MODEL = frozenset({"audio_unintelligible", "no_recognizer", "rate_limit_exceeded", "server_error"})
"""Codes of failed items that say nothing of the model."""
UPDATE_REFUSED = frozenset(
    {
        "invalid_request",
        "invalid_request_error",
        "invalid_type",
        "invalid_value",
        "model_not_found",
        "model_unavailable",
        "other",
        "unknown_parameter",
        "unsupported_parameter",
    }
)
"""Codes of errors by which a session may refuse another model."""
FAILURES = 2
"""Failures in a row after which a model is given up that has worked in this call; any other has one."""


class TranscriptionFallback:
    """The transcription of one call; it needs the call's changes.

    A failure that the provider told this server itself is remembered for the process. What a browser reports
    of a bridged call changes that call alone.
    """

    def __init__(self, call: Call, on_model: Callable[[str], None]) -> None:
        """Create the fallback.

        :param on_model: told which model transcribes from now on
        """
        self._call = call
        self._on_model = on_model
        self._models = call.gateway.knowledge.transcription
        self._model = ""
        """The model of the present session."""
        self._asked: str | None = None
        """A model that the session was asked to go on with, until it says that it does."""
        self._has_worked = False
        self._failures = 0
        self._model_of: RecentDict[str] = RecentDict(MAX_ITEMS)
        """The model that was in use when an item began, by its id."""
        self._replaced: set[str] = set()
        self._heard_to_fail: set[str] = set()
        """Models of which the provider told this server itself that they fail."""

    def apply(self, changes: Iterable[CallChange]) -> None:
        """Follow the caller's items, and ask for another model where the present one fails."""
        for change in changes:
            match change:
                case Connected():
                    self._begin_leg()
                case ItemAdded(item_id):
                    self._model_of.setdefault(item_id, self._model)
                case ItemFinished(item_id):
                    self._finish_item(item_id)
                case TranscriptionFailed(item_id, code) if code not in NOT_THE_MODEL:
                    self._hear_failure(self._model_of.setdefault(item_id, self._model))
                case SessionReported(session) if transcription_model(session) == self._asked:
                    self._asked = None
                case ErrorReported(code) if self._asked and code in UPDATE_REFUSED:
                    self._replace()

    def _begin_leg(self) -> None:
        spec = self._call.gateway.spec(self._call.persona)
        self._asked = None
        self._use(str((spec.transcription or {}).get("model", "")))

    def _use(self, model: str) -> None:
        self._model = model
        self._has_worked, self._failures = False, 0
        self._on_model(model)

    def _finish_item(self, item_id: str) -> None:
        item = self._call.conversation.item(item_id)
        if item is None or item.role != "user" or not item.spoken:
            return
        if self._model_of.get(item_id, self._model) != self._model:
            return
        if item.failure is None:
            self._has_worked, self._failures = True, 0
        elif item.failure not in NOT_THE_MODEL:
            self._failures += 1
            if self._failures >= (FAILURES if self._has_worked else 1):
                self._replace()

    def _replace(self) -> None:
        failed, substitute = self._model, self._models.after(self._model)
        self._asked = substitute
        if substitute is None:
            return
        self._models.tell(failed, substitute)
        self._replaced.add(failed)
        if self._call.controlled:
            self._heard_to_fail.add(failed)
        self._remember(failed)
        self._use(substitute)
        transcription = self._call.persona.session(transcription_model=substitute).transcription
        self._call.send(session_update({"audio": {"input": {"transcription": transcription}}}))

    def _hear_failure(self, model: str) -> None:
        self._heard_to_fail.add(model)
        self._remember(model)

    def _remember(self, model: str) -> None:
        if model in self._replaced & self._heard_to_fail:
            self._models.give_up(model)
