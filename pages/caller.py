"""The page a caller talks in: `/`, and `/p/<name>` for each persona."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress

from nicegui import app, ui

from access.access_gate import AccessGate
from agents.persona import Persona
from calls.call import Call
from calls.call_controls import CallControls
from calls.choice import Choice
from calls.events import CallChange, Closed
from calls.held_call import HeldCall
from calls.registry import CallRefused, Registry, Reservation
from calls.services.greeting import greet
from components.call.badge import demo_badge
from components.call.call_view import CallView
from components.call.controls import Controls
from components.call.examples import Examples
from components.call.microphone_help import OBSTACLES, MicrophoneHelp
from components.call.notice import Notice
from components.call.orb import SELECTOR, Orb
from components.call.resume import Resume
from components.call.scopes import Scopes
from components.call.status import Status
from components.call.steps import steps
from components.call.text_field import TextField
from components.call.uplink import (
    Chosen,
    ControlUsed,
    Entry,
    EventReported,
    Flooded,
    NoticeReported,
    PhaseReported,
    TicketWished,
    TypedText,
)
from components.call.webrtc import WebRTC
from components.settings.settings_drawer import SettingsDrawer
from components.shared import stylesheet
from components.shared.footer import footer
from components.shared.header import header
from components.shared.words import Words
from components.transcript.transcript import TranscriptElement
from components.transcript.transcript_tools import TranscriptTools
from pages.client_host import host_of
from pages.shell import page_frame, serve_page
from settings import Settings

RESERVE_SECONDS = 45
"""Between two reservations of one page without a call; browsers ask again after 50 (`READY_MS`)."""
MIN_PACE_MS, MAX_PACE_MS = 4, 100


def install(
    registry: Registry,
    personas: Mapping[str, Persona],
    settings: Settings,
    access_gate: AccessGate,
    *,
    listens: bool,
) -> None:
    """Serve a page for each persona, and at `/` that of the settings, to those whom the gate admits.

    :param listens: whether spoken words are understood, and not typed ones alone
    """
    stylesheet.link()

    def serve(path: str, name: str) -> None:
        def build(words: Words) -> None:
            CallerPage(registry, personas, name, settings, words, listens=listens)

        serve_page(path, personas[name], build, gate=access_gate, grace_s=settings.page_grace_seconds)

    serve("/", settings.persona)
    for name in personas:
        serve(f"/p/{name}", name)


class CallerPage:
    """One open page: its pieces, and the call that runs in it, if any."""

    def __init__(
        self,
        registry: Registry,
        personas: Mapping[str, Persona],
        name: str,
        settings: Settings,
        words: Words,
        *,
        listens: bool,
    ) -> None:
        """Create the caller page.

        :param name: of the persona that answers here
        :param listens: whether spoken words are understood, and not typed ones alone
        """
        self._registry = registry
        self._personas = personas
        self._name = name
        self._settings = settings
        self._words = words
        self._visitor_id = str(app.storage.browser["id"])
        self._host = host_of(ui.context.client.request)
        self._pressed: Call | None = None
        """The call that was dialled while Start was held down, until the click."""
        self._reservation: Reservation | None = None
        self._reserves_again_at = 0.0
        self._choice = Choice()
        self._call_controls: CallControls | None = None
        self._build(listens)
        self._held = HeldCall(
            self._webrtc.bridge,
            registry,
            self._visitor_id,
            grace_s=settings.page_grace_seconds,
            is_engine=settings.provider_kind == "engine",
            on_changes=self._follow,
        )
        self._view.show_idle()
        client = ui.context.client
        client.on_connect(self._held.page_connected)
        client.on_disconnect(self._held.page_disconnected)
        client.on_delete(self._held.page_lost)
        client.on_delete(registry.watch_left(self._offer_resume))
        self._offer_resume()

    @property
    def _call(self) -> Call | None:
        return self._held.call

    @property
    def _persona(self) -> Persona:
        """The persona as its folder says now, so that the next call takes up an edit."""
        return self._personas[self._name]

    # -- the pieces --------------------------------------------------------------------------------

    def _build(self, listens: bool) -> None:
        words, persona = self._words, self._persona
        with page_frame(persona, persona.own_words(words.language).title):
            header(persona, words, others=len(self._personas) > 1)
            with ui.element("div").classes("main"):
                steps(persona, words, listens=listens)
                with ui.element("section").classes("stage"):
                    orb, status = Orb(), Status()
                    self._webrtc = self._build_webrtc()
                    orb.on("click", js_handler=f"() => getElement({self._webrtc.id}).start()")
                    self._resume = Resume(words, self._webrtc)
                    controls = Controls(self._webrtc, self._build_drawer(), words, persona)
                    Scopes(words)
                    notice = Notice(words)
                    self._microphone_help = MicrophoneHelp(words, str(ui.context.client.request.url))
                    if self._settings.provider_kind == "engine":
                        demo_badge(words, listens=listens)
                with ui.element("section").classes("panel"):
                    self._transcript = TranscriptElement(words, *persona.languages)
                    TranscriptTools(words, self._transcript).move(target_index=0)
                    Examples(words, persona, self._webrtc)
                    field = TextField(words, self._webrtc)
            footer(persona, words)
        self._view = CallView(words, persona, orb, status, controls, field, notice)

    def _build_webrtc(self) -> WebRTC:
        return WebRTC(
            self._words,
            orb=SELECTOR,
            grace_s=self._settings.page_grace_seconds,
            with_channel=not self._registry.controls(self._persona),
            keeps_record=self._settings.store_transcripts,
            on_entry=self._on_entry,
            pace_ms=self._pace_ms,
        )

    def _build_drawer(self) -> SettingsDrawer:
        fixed = ["voice"] if self._settings.openai_voice else []
        return SettingsDrawer(self._webrtc, self._words, self._persona, fixed=fixed)

    # -- what the browser says ---------------------------------------------------------------------

    def _on_entry(self, entry: Entry) -> None:
        match entry:
            case EventReported(event, at_ms) if self._call:
                self._call.receive(event, at_ms)
            case TicketWished():
                self._reserve()
            case TypedText(text) if self._call:
                self._call.say(text)
            case ControlUsed(action) if self._call_controls:
                self._call_controls.act(action)
                if action == "press":
                    self._webrtc.bridge.listen()
            case Chosen(choice):
                self._choose(choice)
            case NoticeReported(code) if code in OBSTACLES:
                self._microphone_help.show(code)
            case NoticeReported(code) if self._call:
                self._call.notice(code)
            case PhaseReported():
                self._on_phase(entry)
            case Flooded() if self._call:
                self._call.end("too_fast")

    def _choose(self, choice: Choice) -> None:
        self._choice = choice
        if self._call_controls:
            self._call_controls.adjust(choice)

    def _on_phase(self, reported: PhaseReported) -> None:
        if reported.reason in OBSTACLES:
            self._microphone_help.show(reported.reason)
        if reported.phase == "pressed":
            self._press()
        elif reported.phase == "microphone":
            self._begin(resumes=reported.resumes)
        elif failed := self._held.report(reported.phase, reported.reason, reported.retry_after_s):
            self._view.show_end(failed)
        elif reported.phase == "redialling" and self._call and self._call_controls:
            self._call_controls.redialled()
        if reported.phase in ("failed", "ended"):
            self._pressed = None

    def _pace_ms(self) -> int:
        """One millisecond per live call keeps all pages together at a thousand batches a second."""
        return max(MIN_PACE_MS, min(MAX_PACE_MS, self._registry.live))

    # -- the call ----------------------------------------------------------------------------------

    def _reserve(self) -> None:
        now = asyncio.get_running_loop().time()
        if self._call or now < self._reserves_again_at:
            return
        self._reserves_again_at = now + RESERVE_SECONDS
        self._reservation = self._registry.reserve(self._visitor_id, self._host)
        if self._reservation:
            servers = self._registry.ice_servers(self._visitor_id)
            self._webrtc.bridge.ready(self._reservation.ticket, servers)

    def _press(self) -> None:
        """Start is held down: dial for the click that likely comes. Who is refused is told in the click."""
        self._held.release("stopped")
        with suppress(CallRefused):
            self._pressed = self._open_call(before=None)

    def _begin(self, *, resumes: bool) -> None:
        """Begin the call of a click on Start."""
        self._view.begin()
        call, self._pressed = self._pressed, None
        if call and call.closed:
            self._refuse(call.closed)
            return
        if call is None:
            self._held.release("stopped")
            before = self._registry.left_call(self._persona, self._visitor_id) if resumes else None
            try:
                call = self._open_call(before=before)
            except CallRefused as refused:
                self._refuse(Closed(refused.code, refused.retry_after_s))
                return
        self._registry.forget_left(self._persona, self._visitor_id)
        self._offer_resume()
        self._transcript.follow(call)
        call.report("microphone")

    def _refuse(self, closed: Closed) -> None:
        self._webrtc.bridge.refuse()
        self._view.show_end(closed)

    def _open_call(self, *, before: Call | None) -> Call:
        """Open a call, or resume `before`.

        :raises CallRefused: there is none now
        """
        persona = self._persona
        chosen = self._choice.applied_to(persona)
        if before:
            self._registry.resume(before, chosen, host=self._host)
        call = before or self._registry.open(chosen, self._visitor_id, host=self._host)
        self._held.hold(call)
        if self._reservation:
            self._reservation.use(call)
            self._reservation = None
        self._reserves_again_at = 0.0
        self._call_controls = CallControls(call, persona)
        greet(call)
        self._held.dial()
        return call

    def _follow(self, call: Call, changes: list[CallChange]) -> None:
        if self._call is None:
            self._offer_resume()
        if call is not self._pressed:
            self._view.follow(call, changes)

    def _offer_resume(self) -> None:
        left = self._registry.left_call(self._persona, self._visitor_id)
        self._resume.offer(left is not None and self._call is None)
