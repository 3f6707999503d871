"""Start and Stop of captions, and from where and in which language is listened (`captions_controls.js`)."""

from collections.abc import Callable, Sequence

from nicegui import events, ui

from components.call.webrtc import WebRTC
from components.shared.words import Words

LABELS = (
    "start", "start_again", "stop", "source", "microphone", "tab", "tab_hint", "source_unsupported",
    "language",
)  # fmt: skip


class CaptionsControls(
    ui.element,
    component="captions_controls.js",
    dependencies=["../../static/sources.js", "last_words.js", "commits.js"],
):
    """What may be chosen is told with every change, before the start that it is meant for."""

    def __init__(
        self,
        webrtc: WebRTC,
        words: Words,
        languages: Sequence[str],
        *,
        listens: bool,
        commits: bool,
        on_choose: Callable[[object], None],
    ) -> None:
        """Create the captions controls.

        :param languages: ISO 639 codes, the likeliest first
        :param listens: whether there is a speech recogniser, without which nothing can be started
        :param commits: whether the page has to say where an utterance ends
        :param on_choose: called with what the browser says, unchecked
        """
        super().__init__()
        self._props["words"] = {name: words[f"captions.{name}"] for name in LABELS}
        self._props["languages"] = {code: _name(code, words) for code in languages}
        self._props["bridge"] = webrtc.id
        self._props["listens"] = listens
        self._props["commits"] = commits
        self._state = (False, False)

        def choose(event: events.GenericEventArguments) -> None:
            on_choose(event.args)

        self.on("choose", choose)

    def show(self, *, running: bool, again: bool) -> None:
        """Show the buttons that fit the state of the session.

        :param running: whether there is something to stop
        :param again: whether there was a session before
        """
        if self._state != (running, again):
            self._state = (running, again)
            self._props["running"], self._props["again"] = self._state
            self.update()


def _name(language: str, words: Words) -> str:
    named = f"language.{language}"
    if named in words:
        return words[named]
    return language
