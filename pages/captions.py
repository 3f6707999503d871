"""The page that writes down what is said: `/captions`. Nothing answers there."""

import asyncio
from typing import Any

from nicegui import app, ui
from starlette.responses import RedirectResponse

from agents.persona import Persona
from calls.call import Call
from calls.channels.captions import Captions, CaptionsChoice, captions_choice
from calls.channels.last_words import LastWords
from calls.channels.overlay import OverlayRegistry
from calls.events import CallChange, Closed, RenewalWished
from calls.owned_tasks import OwnedTasks
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
from components.shared.header import CAPTIONS_PATH, language_link
from components.shared.text_node import TextNode
from components.shared.words import Words
from components.transcript.transcript_tools import TranscriptTools
from pages import overlay
from pages.caller import END_URL, KEEP_PAGE_SECONDS, VIEWPORT
from pages.client_host import host_of
from pages.colors import colors, is_dark, theme_color
from pages.page_words import page_words
from pages.sign_in import PATH as SIGN_IN_PATH
from pages.sign_in import AccessGate
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
    """Serve the page, to whom the door admits, and its overlays, to whom knows their addresses.

    :param persona: whose colours it wears
    :param listens: whether there is a speech recogniser at all
    """
    app.include_router(overlay.overlay_routes(book))
    keep_s = settings.page_grace_seconds + KEEP_PAGE_SECONDS

    @ui.page(CAPTIONS_PATH, viewport=VIEWPORT, dark=is_dark(persona), language=None, reconnect_timeout=keep_s)
    def captions_page() -> RedirectResponse | None:
        words = page_words(ui.context.client.request, persona)
        if access_gate.is_locked and not access_gate.admits(app.storage.user):
            return RedirectResponse(f"{SIGN_IN_PATH}?lang={words.language}")
        CaptionsPage(captions, book, persona, settings, words, listens=listens)
        return None


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
        self._call: Call | None = None
        self._last_words: LastWords | None = None
        self._feed: OverlayFeed | None = None
        self._tasks = OwnedTasks()
        self._grace: asyncio.TimerHandle | None = None
        self._build(persona, listens)
        self._view.show_idle()
        self._show_address()
        client = ui.context.client
        client.on_connect(self._on_connect)
        client.on_disconnect(self._on_disconnect)
        client.on_delete(self._on_page_lost)

    # -- the pieces --------------------------------------------------------------------------------

    def _build(self, persona: Persona, listens: bool) -> None:
        words = self._words
        ui.page_title(words["captions.title"])
        ui.add_head_html(theme_color(persona))
        ui.query("html").props(f"lang={words.language} dir={words.direction}")
        with ui.element("div").classes("page page--captions").style(colors(persona)):
            self._build_header()
            with ui.element("main").classes("captions"):
                with ui.element("section").classes("captions__stage"):
                    self._build_stage()
                with ui.element("section").classes("panel captions__panel"):
                    self._lines = CaptionLines(words, self._choice.language)
                    TranscriptTools(words, self._lines).move(target_index=0)
                with ui.element("aside").classes("captions__aside"):
                    if not listens:
                        no_listener(words)
                    self._link = OverlayLink(
                        words, on_make=self._make_address, on_revoke=self._revoke_address
                    )

    def _build_header(self) -> None:
        words = self._words
        with ui.element("header").classes("header").props("role=banner"):
            TextNode("h1", words["captions.title"]).classes("header__heading")
            TextNode("p", words["captions.intro"]).classes("header__intro")
            back = TextNode("a", words["captions.back"]).classes("header__others")
            back.props(f'href="/?lang={words.language}"')
            language_link(words)

    def _build_stage(self) -> None:
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
        controls = CaptionsControls(
            self._webrtc,
            words,
            self._captions.languages,
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
        reason = self._sharpened(reported.reason)
        if reason in OBSTACLES:
            self._microphone_help.show(reason)
        if reported.phase == "microphone":
            self._open_call()
        elif reported.phase == "redialling":
            self._redial()
        elif reported.phase == "finishing" and self._call:
            self._last_words = LastWords(self._call.conversation)
            self._view.show_finishing()
        elif self._call:
            self._call.report(reported.phase, reason, {"retry_after_s": reported.retry_after_s})
        elif reported.phase == "failed":
            self._view.show_end(Closed(reason or "unknown", reported.retry_after_s))

    def _end_after_last_words(self, event: dict[str, Any]) -> None:
        if self._last_words and self._last_words.are_there(event):
            self._last_words = None
            self._webrtc.bridge.stop("stopped")

    def _sharpened(self, reason: str | None) -> str | None:
        # Our engine answers on this very host, which may pass nothing but HTTP.
        engine = self._settings.provider_kind == "engine"
        return "no_media_path_engine" if engine and reason == "no_media_path" else reason

    # -- the session -------------------------------------------------------------------------------

    def _open_call(self) -> None:
        self._close("stopped")
        self._last_words = None
        self._view.begin(self._choice.source)
        try:
            call = self._captions.open(self._visitor_id, self._choice, self._host)
        except CallRefused as refused:
            self._webrtc.bridge.refuse()
            self._view.show_end(Closed(refused.code, refused.retry_after_s))
            return
        self._call = call
        call.attach(self._webrtc.bridge.send)
        self._lines.follow(call)
        self._feed = OverlayFeed(call, lambda: self._book.of(self._visitor_id))
        call.watch(lambda changes: self._follow(call, changes))
        call.report("microphone")
        self._tasks.start(self._dial(call), f"dial {call.id}")

    def _redial(self) -> None:
        if self._call:
            self._call.redial()
        if self._call:  # It may have used up its redials.
            self._tasks.start(self._dial(self._call), f"redial {self._call.id}")
        else:
            self._webrtc.bridge.refuse()

    async def _dial(self, call: Call) -> None:
        servers = self._captions.ice_servers(self._visitor_id)
        await self._webrtc.bridge.dial(call, self._captions, END_URL, servers)

    def _follow(self, call: Call, changes: list[CallChange]) -> None:
        if call is not self._call:
            return
        if call.closed:
            self._call = None
            self._webrtc.bridge.stop(call.closed.reason)
        if any(isinstance(change, RenewalWished) for change in changes):
            self._webrtc.bridge.redial()
        self._view.follow(call, changes)

    def _close(self, reason: str) -> None:
        call, self._call = self._call, None
        if call:  # At once: the visitor's next call must not find this one in its place.
            call.end(reason)

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

    # -- the page's own connection -----------------------------------------------------------------

    def _on_connect(self) -> None:
        if self._grace:
            self._grace.cancel()
            self._grace = None

    def _on_disconnect(self) -> None:
        self._on_connect()
        loop = asyncio.get_running_loop()
        self._grace = loop.call_later(self._settings.page_grace_seconds, self._on_page_lost)

    def _on_page_lost(self) -> None:
        self._close("page_lost")
