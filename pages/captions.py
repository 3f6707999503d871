"""The page that writes down what is said: `/captions`. Nothing answers there."""

from typing import Any

from nicegui import app, ui

from access.access_gate import AccessGate
from agents.persona import Persona
from calls.call import Call
from calls.channels.captions import Captions, CaptionsChoice, captions_choice
from calls.channels.last_words import LastWords
from calls.channels.overlay import OverlayRegistry
from calls.events import Closed
from calls.held_call import HeldCall
from calls.registry import CallRefused
from components.call.microphone_help import OBSTACLES, MicrophoneHelp
from components.call.notice import Notice
from components.call.orb import SELECTOR, Orb
from components.call.status import Status
from components.call.uplink import Entry, EventReported, Flooded, NoticeReported, PhaseReported
from components.call.webrtc import WebRTC
from components.captions.caption_lines import CaptionLines
from components.captions.captions_controls import CaptionsControls
from components.captions.captions_view import CaptionsView
from components.captions.no_recognizer import no_listener
from components.captions.overlay_feed import OverlayFeed
from components.captions.overlay_link import OverlayLink
from components.shared.header import CAPTIONS_PATH
from components.shared.words import Words
from components.transcript.transcript_tools import TranscriptTools
from pages import overlay
from pages.client_host import host_of
from pages.shell import page_frame, plain_header, serve_page
from settings import Settings

PACE_MS = 50
"""Words come a few times a second; nobody waits for an answer."""


def install(
    captions: Captions,
    book: OverlayRegistry,
    persona: Persona,
    settings: Settings,
    access_gate: AccessGate,
    *,
    listens: bool,
) -> None:
    """Serve the page, to those whom the gate admits, and its overlays, to those who know their addresses.

    :param persona: whose colours it has
    :param listens: whether there is a speech recogniser at all
    """
    app.include_router(overlay.overlay_routes(book))

    def build(words: Words) -> None:
        CaptionsPage(captions, book, persona, settings, words, listens=listens)

    serve_page(CAPTIONS_PATH, persona, build, gate=access_gate, grace_s=settings.page_grace_seconds)


class CaptionsPage:
    """One open page: its pieces, and the captions session that runs in it, if any."""

    def __init__(
        self,
        captions: Captions,
        book: OverlayRegistry,
        persona: Persona,
        settings: Settings,
        words: Words,
        *,
        listens: bool,
    ) -> None:
        self._captions = captions
        self._book = book
        self._settings = settings
        self._words = words
        self._visitor_id = str(app.storage.browser["id"])
        self._host = host_of(ui.context.client.request)
        self._choice = CaptionsChoice(captions.languages[0])
        self._last_words: LastWords | None = None
        self._feed: OverlayFeed | None = None
        self._build(persona, listens)
        self._held = HeldCall(
            self._webrtc.bridge,
            captions,
            self._visitor_id,
            grace_s=settings.page_grace_seconds,
            is_engine=settings.provider_kind == "engine",
            on_changes=lambda call, changes: self._view.follow(call, changes),
        )
        self._view.show_idle()
        self._show_address()
        client = ui.context.client
        client.on_connect(self._held.page_connected)
        client.on_disconnect(self._held.page_disconnected)
        client.on_delete(self._held.page_lost)

    @property
    def _call(self) -> Call | None:
        return self._held.call

    # -- the pieces --------------------------------------------------------------------------------

    def _build(self, persona: Persona, listens: bool) -> None:
        words = self._words
        with page_frame(persona, words["captions.title"], "page--captions"):
            plain_header(words, "captions", "captions.back", "/")
            with ui.element("div").classes("captions"):
                with ui.element("section").classes("captions__stage"):
                    self._build_stage(listens)
                with ui.element("section").classes("panel captions__panel"):
                    self._lines = CaptionLines(words, self._choice.language)
                    TranscriptTools(words, self._lines).move(target_index=0)
                with ui.element("aside").classes("captions__aside"):
                    self._link = OverlayLink(
                        words, on_make=self._make_address, on_revoke=self._revoke_address
                    )

    def _build_stage(self, listens: bool) -> None:
        words = self._words
        orb, status = Orb(), Status()
        self._webrtc = WebRTC(
            words,
            orb=SELECTOR,
            grace_s=self._settings.page_grace_seconds,
            with_channel=True,
            keeps_record=self._settings.store_transcripts,
            on_entry=self._on_entry,
            pace_ms=lambda: PACE_MS,
        )
        if not listens:
            no_listener(words)
        controls = CaptionsControls(
            self._webrtc,
            words,
            self._captions.languages,
            listens=listens,
            commits=self._captions.needs_commits,
            on_choose=self._choose,
        )
        notice = Notice(words)
        self._microphone_help = MicrophoneHelp(words, str(ui.context.client.request.url))
        self._view = CaptionsView(words, orb, status, controls, notice)

    # -- what the browser says ---------------------------------------------------------------------

    def _choose(self, told: object) -> None:
        if choice := captions_choice(told, self._captions.languages):
            self._choice = choice
            self._lines.expect(choice.language)

    def _on_entry(self, entry: Entry) -> None:
        match entry:
            case EventReported(event, at_ms) if self._call:
                self._call.receive(event, at_ms)
                self._end_after_last_words(event)
            case NoticeReported(code) if code in OBSTACLES:
                self._microphone_help.show(code)
            case NoticeReported(code) if self._call:
                self._call.notice(code)
            case PhaseReported():
                self._on_phase(entry)
            case Flooded() if self._call:
                self._call.end("too_fast")

    def _on_phase(self, reported: PhaseReported) -> None:
        if reported.reason in OBSTACLES:
            self._microphone_help.show(reported.reason)
        if reported.phase == "microphone":
            self._open_call()
        elif reported.phase == "finishing" and self._call:
            self._last_words = LastWords(self._call.conversation)
            self._view.show_finishing()
        elif failed := self._held.report(reported.phase, reported.reason, reported.retry_after_s):
            self._view.show_end(failed)

    def _end_after_last_words(self, event: dict[str, Any]) -> None:
        if self._last_words and self._last_words.are_there(event):
            self._last_words = None
            self._webrtc.bridge.stop("stopped")

    # -- the session -------------------------------------------------------------------------------

    def _open_call(self) -> None:
        self._held.release("stopped")
        self._last_words = None
        self._view.begin(self._choice.source)
        try:
            call = self._captions.open(self._visitor_id, self._choice, self._host)
        except CallRefused as refused:
            self._webrtc.bridge.refuse()
            self._view.show_end(Closed(refused.code, refused.retry_after_s))
            return
        self._held.hold(call)
        self._lines.follow(call)
        self._feed = OverlayFeed(call, lambda: self._book.of(self._visitor_id))
        call.report("microphone")
        self._held.dial()

    # -- the overlay -------------------------------------------------------------------------------

    def _make_address(self) -> None:
        self._book.make(self._visitor_id)
        self._show_address()
        if self._feed:
            self._feed.take_over()

    def _revoke_address(self) -> None:
        self._book.revoke(self._visitor_id)
        self._show_address()

    def _show_address(self) -> None:
        made = self._book.of(self._visitor_id)
        self._link.show(f"{overlay.PATH}/{made.token}" if made else "")
