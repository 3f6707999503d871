"""Present activity of a conversation: the caller speaks, the agent thinks or speaks, or both listen."""

from realtime.conversation.changes import Activity
from realtime.fields import Json, mapping, number
from realtime.recent import RecentIds

REMEMBERED_RESPONSES = 64
"""Number of responses in generation or before their playback that are remembered; a session generates one
at a time."""


class ActivityTracker:
    """Tracker of speech, responses and playback; `activity` is what they add up to.

    The agent speaks from `output_audio_buffer.started` to `stopped` or `cleared`, whatever `response.done`
    says: generation runs ahead of playback. Where the provider sends none of these, the agent is taken to
    speak for as long as its words take.
    """

    def __init__(self, *, answers: bool = True) -> None:
        self.answers = answers
        """Whether the session answers a turn by itself."""
        self.playing: str | None = None
        """Id of the response that is being played."""
        self._assumed: str | None = None
        """Id of the response that is taken to be heard, though the provider reports no playback."""
        self._caller: str | None = None
        self._awaits_response = False
        self._generating = RecentIds(REMEMBERED_RESPONSES)
        self._unplayed = RecentIds(REMEMBERED_RESPONSES)

    @property
    def activity(self) -> Activity:
        """What goes on now; speech comes before playback, and playback before generation."""
        if self._caller is not None:
            return "caller_speaking"
        if self.playing is not None or self._assumed is not None:
            return "agent_speaking"
        if self._awaits_response or self._generating or self._unplayed:
            return "thinking"
        return "listening"

    def reset(self) -> None:
        """Forget everything that was going on: the session is gone."""
        self.playing = self._assumed = self._caller = None
        self._awaits_response = False
        self._generating.clear()
        self._unplayed.clear()

    def start_caller_speech(self, item_id: str) -> None:
        """Note that the caller began to speak.

        :param item_id: the item that this turn becomes
        """
        self._caller = item_id
        # A reply that never came to sound (no playback events on a WebSocket) is given up here.
        self._unplayed.clear()
        self._assumed = None
        self._awaits_response = False

    def end_caller_speech(self, item_id: str) -> None:
        """End the caller's turn, unless another utterance has begun."""
        if self._caller in (item_id, None) or not item_id:
            self._caller = None
            self._awaits_response = self.answers

    def discard_caller_speech(self) -> None:
        """End the caller's speech without a turn: its audio was cleared."""
        self._caller = None
        self._awaits_response = False

    def stop_awaiting_response(self) -> None:
        """Stop waiting for a response: the session reported an error, so it may never come."""
        self._awaits_response = False

    def start_response(self, response_id: str) -> None:
        """Note that a response is being generated."""
        self._awaits_response = False
        self._generating.add(response_id)

    def finish_response(self, response_id: str, *, awaits_playback: bool, called_tool: bool) -> None:
        """Note that a response was generated.

        :param awaits_playback: its audio is still to be played
        :param called_tool: another response will follow with what the tool says
        """
        if called_tool or response_id not in self._generating:
            self._awaits_response = called_tool
        self._generating.discard(response_id)
        if awaits_playback:
            self._unplayed.add(response_id)

    def assume_playback(self, response_id: str) -> None:
        """Take a response to be heard, if the start of its playback is still not reported."""
        if response_id in self._unplayed:
            self._unplayed.discard(response_id)
            self._assumed = response_id

    def start_playback(self, response_id: str) -> None:
        """Note that the audio of a response is being played."""
        self.playing = response_id
        self._assumed = None
        self._awaits_response = False
        self._unplayed.clear()

    def end_playback(self, response_id: str) -> None:
        """Note that the audio of a response was played to its end, or cut."""
        self.give_up_playback(response_id)
        if self.playing == response_id:
            self.playing = None

    def give_up_playback(self, response_id: str) -> None:
        """Stop waiting for a playback that is not reported."""
        self._unplayed.discard(response_id)
        if self._assumed == response_id:
            self._assumed = None


def answers_by_itself(session: Json) -> bool:
    """Return whether a session of this configuration creates a response when the caller's turn ends."""
    if session.get("type") == "transcription":
        return False
    detection = _turn_detection(session)
    return detection is not None and detection.get("create_response") is not False


def detection_margins_ms(session: Json) -> float:
    """Return the ms that voice detection adds to the length of speech: padding before it, silence after."""
    detection = _turn_detection(session) or {}
    margins = (number(detection.get(name)) for name in ("prefix_padding_ms", "silence_duration_ms"))
    return sum(margin or 0.0 for margin in margins)


def _turn_detection(session: Json) -> Json | None:
    """Return the session's turn detection: None where it is off, empty where the session does not say."""
    holders = (mapping(mapping(session, "audio"), "input"), session)
    detection: object = next((held["turn_detection"] for held in holders if "turn_detection" in held), {})
    return detection if isinstance(detection, dict) else None
