"""What people see of a call's state: circle, status, buttons, text field and notice, always of one mind."""

from dataclasses import dataclass

from agents.persona import PageWords, Persona
from calls.call import Call
from calls.call_controls import EXPECTED_ERRORS
from calls.events import CallChange, CallerActed, Closed, LegEnded, Noticed, PhaseChanged, Warned
from components.call.controls import Controls
from components.call.display_state import LIVE_STAGES, CallDisplayState, stage_after, stage_of
from components.call.notice import Notice
from components.call.orb import Orb
from components.call.status import Status
from components.call.text_field import TextField
from components.shared.words import Words
from realtime.conversation.changes import ActivityChanged, ErrorReported


@dataclass
class CallView:
    """Draws the state of at most one call."""

    words: Words
    persona: Persona
    orb: Orb
    status: Status
    controls: Controls
    field: TextField
    notice: Notice
    was_live: bool = False

    @property
    def start_label(self) -> str:
        """The persona's own label, or the catalogue's in a language for which it has none."""
        return self._own.start_label or self.words["controls.start"]

    @property
    def _own(self) -> PageWords:
        return self.persona.own_words(self.words.language)

    def show_idle(self) -> None:
        """Show that nothing has happened yet."""
        self.status.show("idle", self._own.idle_label or self.words("status.idle", start=self.start_label))
        self.field.offer_start()

    def begin(self) -> None:
        """Begin a new call: nothing of an earlier one counts."""
        self.was_live = False
        self.notice.reset()

    def follow(self, call: Call, changes: list[CallChange]) -> None:
        """Draw what changed; text is the transcript's."""
        for change in changes:
            match change:
                case Noticed(code) if f"told.{code}" in self.words:
                    self.notice.tell(code, self.words[f"told.{code}"])
                case ErrorReported(code) if code in EXPECTED_ERRORS:
                    pass
                case Noticed(code) | ErrorReported(code):
                    self.notice.show(code)
                case Warned(code, seconds):
                    self.notice.warn(code, self.words(f"warning.{code}", seconds=round(seconds or 0)))
                case CallerActed():
                    self.notice.take_back("limit_idle")
                case PhaseChanged() | ActivityChanged() if not (call.closed or call.away):
                    self._take_back_warnings(change)
                    self._show_running(stage_of(call.phase, call.conversation.activity))
                case LegEnded() if call.away:
                    self.show_end(call.away)
                case Closed():
                    self.show_end(change)

    def _take_back_warnings(self, change: PhaseChanged | ActivityChanged) -> None:
        if change == ActivityChanged("caller_speaking"):
            self.notice.take_back("limit_idle")
        elif change == PhaseChanged("live"):
            self.notice.take_back("session_renewed")

    def _show_running(self, stage: CallDisplayState) -> None:
        self.was_live = self.was_live or stage == "live"
        self.status.show(stage, self.words(f"status.{stage}", hint=self._own.hint).strip())
        self.orb.show(stage)
        live, speaking = stage in LIVE_STAGES, stage == "agent_speaking"
        self.controls.show(running=True, start_label=self.start_label, live=live, speaking=speaking)
        self.field.enable(live)

    def show_end(self, closed: Closed) -> None:
        """Say that it is over and why, and offer another start."""
        self.notice.reset()
        stage = stage_after(closed, self.was_live)
        detail = self.words.failure(closed.reason, closed.retry_after_s)
        self.status.show(stage, self.words[f"status.{stage}"], detail, closed.reason)
        self.orb.show(stage)
        again = self.words["controls.start_again"] if self.was_live else self.start_label
        self.controls.show(running=False, start_label=again)
        self.field.offer_start()
