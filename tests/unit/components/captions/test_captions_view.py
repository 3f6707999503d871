"""What a captions page shows of its state, drawn on pieces that only note what they are told."""

from typing import Any, cast

from calls.events import Closed, PhaseChanged, Warned
from components.call.notice import Notice
from components.call.orb import Orb
from components.call.status import Status
from components.captions.captions_controls import CaptionsControls
from components.captions.captions_view import NOTHING_TO_COMMIT, CaptionsView
from components.shared.words import Words, load_texts
from realtime.conversation.changes import ActivityChanged, ErrorReported
from tests.fakes.house import House

WORDS = Words("en")


class Piece:
    """Notes every method that is called, with what."""

    def __init__(self) -> None:
        self.told: list[tuple[Any, ...]] = []

    def __getattr__(self, name: str) -> Any:
        return lambda *args, **named: self.told.append((name, *args, *named.values()))


class Drawn:
    """A view and its pieces."""

    def __init__(self) -> None:
        self.orb, self.status, self.controls, self.notice = (Piece() for _ in range(4))
        self.view = CaptionsView(
            WORDS,
            cast(Orb, self.orb),
            cast(Status, self.status),
            cast(CaptionsControls, self.controls),
            cast(Notice, self.notice),
        )
        self.call = House().open()

    def live(self) -> "Drawn":
        self.call.phase = "live"
        self.view.follow(self.call, [PhaseChanged("live")])
        return self


async def test_a_live_session_can_be_stopped_and_says_that_it_listens() -> None:
    drawn = Drawn().live()
    assert drawn.status.told[-1] == ("show", "live", "Listening…")
    assert drawn.controls.told[-1] == ("show", True, False)


async def test_waiting_for_a_tab_is_not_called_waiting_for_a_microphone() -> None:
    drawn = Drawn()
    drawn.view.begin("tab")
    drawn.call.phase = "microphone"
    drawn.view.follow(drawn.call, [PhaseChanged("microphone")])
    assert "share" in drawn.status.told[-1][2]
    drawn.view.begin("microphone")
    drawn.view.follow(drawn.call, [PhaseChanged("microphone")])
    assert "microphone" in drawn.status.told[-1][2]


async def test_the_last_words_are_awaited_visibly() -> None:
    drawn = Drawn().live()
    drawn.view.show_finishing()
    drawn.view.follow(drawn.call, [ActivityChanged("listening")])
    assert drawn.status.told[-1] == ("show", "thinking", WORDS["captions.status.finishing"])
    drawn.view.begin("microphone")
    assert drawn.live().status.told[-1] == ("show", "live", "Listening…")


async def test_the_end_of_sharing_is_an_end_and_no_failure() -> None:
    drawn = Drawn().live()
    drawn.view.follow(drawn.call, [Closed("source_ended")])
    assert drawn.status.told[-1][1] == "ended"
    assert drawn.controls.told[-1] == ("show", False, True)


async def test_a_failure_has_the_sentence_it_has_on_every_page() -> None:
    drawn = Drawn()
    drawn.view.show_end(Closed("calls_full", 60))
    assert drawn.status.told[-1] == (
        "show",
        "failed",
        WORDS["status.failed"],
        WORDS.failure("calls_full", 60),
        "calls_full",
    )


async def test_nothing_to_commit_is_no_problem_but_another_error_is() -> None:
    drawn = Drawn().live()
    before = list(drawn.notice.told)
    drawn.view.follow(drawn.call, [ErrorReported(NOTHING_TO_COMMIT, "")])
    assert drawn.notice.told == before
    drawn.view.follow(drawn.call, [ErrorReported("server_error", "")])
    assert drawn.notice.told == [*before, ("show", "server_error")]


async def test_every_warning_of_the_limits_has_words_here_too() -> None:
    drawn = Drawn().live()
    codes = [key.removeprefix("warning.") for key in load_texts("en") if key.startswith("warning.")]
    assert codes
    for code in codes:
        drawn.view.follow(drawn.call, [Warned(code, 20)])
    assert [about for told, about, *_ in drawn.notice.told if told == "warn"] == codes
