"""What people see of a captions session's state: circle, status, buttons and notice, always of one mind."""

from dataclasses import dataclass

from calls.call import Call
from calls.channels.captions import Source
from calls.events import CallChange, Closed, LegEnded, Noticed, PhaseChanged, Warned
from components.call.display_state import CallDisplayState, stage_after, stage_of
from components.call.notice import Notice
from components.call.orb import Orb
from components.call.status import Status
from components.captions.captions_controls import CaptionsControls
from components.shared.words import Words
from realtime.conversation.changes import ActivityChanged, ErrorReported

NOTHING_TO_COMMIT = "input_audio_buffer_commit_empty"
"""The page and the provider may disagree about what was speech."""


@dataclass
class CaptionsView:
    """Draws the state of at most one session."""

    words: Words
    orb: Orb
    status: Status
    controls: CaptionsControls
    notice: Notice
    source: Source = "microphone"
    was_live: bool = False
    is_finishing: bool = False

    def show_idle(self) -> None:
        """Show that nothing has happened yet."""
        self.status.show("idle", self.words["captions.status.idle"])

    def begin(self, source: Source) -> None:
        """Begin a new session: nothing of an earlier one counts."""
        self.source, self.was_live, self.is_finishing = source, False, False
        self.notice.reset()

    def follow(self, call: Call, changes: list[CallChange]) -> None:
        """Draw what changed; text is the transcript's."""
        for change in changes:
            match change:
                case Noticed(code) if f"told.{code}" in self.words:
                    self.notice.tell(code, self.words[f"told.{code}"])
                case ErrorReported(code) if code == NOTHING_TO_COMMIT:
                    pass
                case Noticed(code) | ErrorReported(code):
                    self.notice.show(code)
                case Warned(code, seconds):
                    self.notice.warn(
                        code, self.words(f"captions.warning.{code}", seconds=round(seconds or 0))
                    )
                case PhaseChanged() | ActivityChanged() if (
                    not (call.closed or call.away) and not self.is_finishing
                ):
                    if change == ActivityChanged("caller_speaking"):
                        self.notice.take_back("limit_idle")
                    elif change == PhaseChanged("live"):
                        self.notice.take_back("session_renewed")
                    self._show_running(stage_of(call.phase, call.conversation.activity))
                case LegEnded() if call.away:
                    self.show_end(call.away)
                case Closed():
                    self.show_end(change)

    def _show_running(self, stage: CallDisplayState) -> None:
        self.was_live = self.was_live or stage == "live"
        self.status.show(stage, self._line(stage))
        self.orb.show(stage)
        self.controls.show(running=True, again=False)

    def _line(self, stage: CallDisplayState) -> str:
        own = (f"captions.status.{stage}_{self.source}", f"captions.status.{stage}")
        return self.words[next((key for key in own if key in self.words), f"status.{stage}")]

    def show_finishing(self) -> None:
        """Show that nothing is listened to any more and something is still to be written down."""
        self.is_finishing = True
        self.status.show("thinking", self.words["captions.status.finishing"])
        self.orb.show("thinking")

    def show_end(self, closed: Closed) -> None:
        """Say that it is over and why, and offer another start."""
        self.notice.reset()
        stage = stage_after(closed, self.was_live)
        self.status.show(stage, self._line(stage), self._why(closed), closed.reason)
        self.orb.show(stage)
        self.controls.show(running=False, again=self.was_live)

    def _why(self, closed: Closed) -> str:
        own = f"captions.end.{closed.reason}"
        if own in self.words:
            return self.words[own]
        return self.words.failure(closed.reason, closed.retry_after_s)
