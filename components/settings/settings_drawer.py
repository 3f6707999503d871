"""The settings a caller may change, in a dialog that `settings_drawer.js` draws."""

from collections.abc import Collection

from nicegui import ui

from agents.persona import Persona
from calls.choice import VOICES
from components.call.webrtc import WebRTC
from components.shared.words import Words

SETTINGS = (
    "microphone", "speaker", "volume", "voice", "speed", "noise_reduction", "turn_detection", "threshold",
    "prefix_padding_ms", "silence_duration_ms", "idle_timeout_ms", "eagerness", "answers",
)  # fmt: skip
LABELS = (
    "title", "close", "group_devices", "group_voice", "group_listening", "device_default", "speaker_system",
    "test", "test_stop", "test_listening", "test_heard", "noise_off", "noise_near_field", "noise_far_field",
    "server_vad", "semantic_vad", "manual", "never", "eagerness_auto", "eagerness_low", "eagerness_medium",
    "eagerness_high", "answers_always", "answers_asked", "seconds", "times", "percent",
)  # fmt: skip
FAILURES = ("microphone_denied", "microphone_missing", "microphone_busy", "insecure_origin")


class SettingsDrawer(ui.element, component="settings_drawer.js", dependencies=["microphone_test.js"]):
    """Opened by the row of tools. Choices arrive as `Chosen` entries of the bridge."""

    def __init__(
        self, webrtc: WebRTC, words: Words, persona: Persona, *, fixed: Collection[str] = ()
    ) -> None:
        """Create the settings drawer.

        :param fixed: settings the deployment decides, whatever the persona leaves to the caller
        """
        super().__init__()
        self._props["words"] = _texts(words)
        self._props["bridge"] = webrtc.id
        self._props["offered"] = [name for name in persona.adjustable if name not in fixed]
        self._props["voices"] = list(dict.fromkeys((persona.voice, *VOICES)))
        self._props["initial"] = {
            "voice": persona.voice,
            "speed": persona.speed or 1,
            "noise_reduction": persona.noise_reduction,
            "turn_detection": persona.turn_detection.model_dump(exclude_none=True),
            "answers": persona.turn_detection.create_response,
        }


def _texts(words: Words) -> dict[str, str]:
    hints = [f"{name}_hint" for name in SETTINGS]
    texts = {name: words[f"settings.{name}"] for name in (*SETTINGS, *hints, *LABELS)}
    return texts | {code: words[f"failure.{code}"] for code in FAILURES}
