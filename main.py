"""Entry point: reads the settings, builds the app and serves it, or runs a command."""

import asyncio
import gc
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from getpass import getpass
from pathlib import Path
from typing import NoReturn

from nicegui import App, Client, app, core, ui
from nicegui.server import Server

from access.access_gate import AccessGate
from access.brute_force_guard import BruteForceGuard
from access.kept_secret import kept_secret
from access.passwords import hash_password
from access.turn_credentials import TurnCredentials
from agents.new_persona import new_persona
from agents.offered_personas import default_persona, offered_personas
from agents.persona import PersonaError, load_personas
from agents.personas import Personas
from calls.channels.api_session_registry import ApiSessionRegistry
from calls.channels.captions import Captions
from calls.channels.overlay import OverlayRegistry
from calls.channels.phone import PhoneChannel, lines_of
from calls.owned_tasks import OwnedTasks
from calls.provider.model_check import ModelCheck, models_wanted
from calls.provider_gateway import ProviderGateway
from calls.registry import STOP_HANG_UP_SECONDS, STOP_RECORD_SECONDS, Registry
from calls.services.archive import Archive
from calls.services.profile_extraction import Extraction
from commands.exit_codes import ExitCode
from components.shared.event_costs import event_cost, socket_bucket
from engine.mount import EngineMount
from engine.stt.speech_to_text import NoSpeechToText
from engine.stt.whisper import WhisperSpeechToText, speech_to_text_here
from pages import caller, captions, not_found, picker, sign_in
from pages.shell import SIGN_IN_PATH
from realtime.client import RealtimeClient
from server.api.app import BesidePages, Parts, create_api
from server.connection_limits import ConnectionLimits
from server.errors import method_not_allowed, no_such_route
from server.http_protocol import bounded_protocol
from server.logging_setup import set_up_logging
from server.middleware.body_limit import BodyLimit
from server.middleware.client_disconnect import ClientDisconnects
from server.middleware.engine_key_guard import EngineKeyGuard
from server.middleware.handshake_deadline import HandshakeDeadline
from server.middleware.last_hop import LastHop
from server.middleware.origins import SOCKET_PATH, SameOrigin
from server.middleware.page_cookies import PageCookies
from server.middleware.request_log import RequestLog
from server.middleware.security_headers import SecurityHeaders
from server.middleware.socket_limits import SocketLimits
from server.middleware.static_cache import StaticCache
from server.middleware.waiting_pages import WaitingPages
from server.port import require_free_port
from server.routes.calls import call_routes
from server.routes.health import Readiness
from server.routes.webhook import webhook_routes
from server.session_cookie import session_options
from server.shutdown import Closing, within
from settings import ENGINE_PATH, Settings, SettingsError, load_settings
from store.address import SQLITE, AddressRefused, address_of
from store.visitor_files import VisitorFiles

HERE = Path(__file__).parent
PERSONAS = HERE / "personas"
MAX_BODY_BYTES = 2 * 1024 * 1024
SHORTEST_PASSWORD = 12
USAGE = """usage: main.py                    serve the page
       main.py hash-password      make ADMIN_PASSWORD_HASH
       main.py new-persona NAME   begin a persona
       main.py transcribe …       write recordings down (--help tells more)
       main.py ask …              answer a recorded question aloud (--help tells more)
       main.py check              open one session, and say what came of it and what it cost"""
TAB_SECONDS = 60 * 60
"""How long NiceGUI keeps a storage for each closed tab; ours hold nothing."""
OWNER_ONLY_UMASK = 0o077
"""Umask by which no file of the server, such as NiceGUI's of its visitors, is readable by other users."""
MAX_FRAME_BYTES = 128 * 1024
"""Limit of a frame of the page's socket; `static/webrtc.js` sends at most half of it at once."""
KEEP_ALIVE_SECONDS = 130
"""How long an idle connection stays open for the next click; longer than `realtime.client` keeps its own."""
GRACE_SECONDS = 3
SECRET_FILE = "storage_secret"
"""How long a stopping server waits for open connections, while calls are hung up."""
MAX_SOCKET_BYTES = 1024 * 1024
"""Limit of any WebSocket's frame: the engine gets audio in them."""


def build(settings: Settings, personas: Personas) -> Archive:
    """Build the app: provider, calls, routes and pages.

    :param personas: those on offer
    :return: the records, to be prepared before anything is served
    :raises SettingsError: `PERSONA` names a persona that does not exist
    """
    settings = settings.model_copy(update={"persona": default_persona(personas, settings)})
    client = RealtimeClient(settings.provider_url, settings.provider_key)
    gateway = ProviderGateway(client, settings)
    tasks = OwnedTasks()
    records = Archive(settings, tasks)
    registry = Registry(gateway, settings, records.services, tasks)
    sessions = ApiSessionRegistry(registry, gateway, personas, settings)
    open_before_serving(records, registry)
    app.include_router(call_routes(registry))
    lines = lines_of(personas, settings)
    phone = PhoneChannel(registry, client, settings, lines, records.rings, personas[settings.persona])
    app.on_startup(phone.warn)
    secret = settings.openai_webhook_secret
    app.include_router(webhook_routes(secret, phone.take, registry.tasks, records.deliveries))
    code = settings.access_code.get_secret_value() if settings.access_code else None
    access_gate = AccessGate(code, settings.storage_secret)
    sign_in.install(access_gate, personas, settings.persona)
    listens = can_listen(settings)
    caller.install(registry, personas, settings, access_gate, listens=listens)
    picker.install(personas, settings.persona, access_gate)
    persona = personas[settings.persona]
    listening = Captions(registry, client, settings, persona)
    captions.install(listening, OverlayRegistry(), persona, settings, access_gate, listens=listens)
    not_found.install(personas, settings.persona, no_such_route)
    app.storage.max_tab_storage_age = TAB_SECONDS
    visitors = VisitorFiles(app.storage.path)
    app.on_startup(visitors.open)
    models = ModelCheck(client, lambda: models_wanted(personas.values(), settings), tasks)
    gateway.knowledge.on_missing_model = models.tell_missing
    if settings.provider_kind != "engine":
        app.on_startup(models.open)
    ends = [
        models.close,
        sessions.close,
        within(STOP_HANG_UP_SECONDS + STOP_RECORD_SECONDS + 0.5, "the calls", registry.close),
        within(0.5, "the database", records.close),
        within(0.2, "the visitors' files", visitors.close),
    ]
    if settings.provider_kind == "engine":
        ends.append(within(0.5, "the engine", mount_engine(settings).close))
    closing = Closing(*ends, within(0.5, "the provider's connections", client.close))
    app.on_startup(closing.listen)
    app.on_shutdown(closing.finish)
    app.add_static_files("/static", HERE / "static")
    parts = Parts(
        sessions=sessions,
        registry=registry,
        records=records.records,
        extraction=Extraction(client, settings.extraction_model),
        readiness=Readiness(records.check, client.is_reachable),
        personas=personas,
    )
    guard(parts, settings)
    core.sio.eio.max_http_buffer_size = MAX_FRAME_BYTES
    if settings.host == "::":
        app.on_startup(listen_on_both_families)
    app.on_startup(lambda: announce(settings))
    return records


def listen_on_both_families() -> None:
    """Let `::` mean IPv4 too: asyncio would listen on IPv6 alone, and takes an empty host for both."""
    Server.instance.config.host = ""


def open_before_serving(records: Archive, registry: Registry) -> None:
    """Open the records before the first request; NiceGUI starts its own handlers beside it."""
    serve = app.router.lifespan_context

    @asynccontextmanager
    async def opened_first(served: App) -> AsyncIterator[None]:
        await records.open(registry.leave)
        async with serve(served):
            yield

    app.router.lifespan_context = opened_first


def open_personas(settings: Settings) -> Personas:
    """Load the personas that are offered, and print what is wrong with the others.

    :raises SettingsError: `PERSONAS` names a persona that does not exist
    """
    loaded, errors = load_personas(PERSONAS)
    for error in errors:
        print(f"Persona left out: {error}", file=sys.stderr)
    broken = {folder.name for folder in PERSONAS.iterdir()} - set(loaded)
    return Personas(PERSONAS, offered_personas(loaded, broken, settings))


def guard(parts: Parts, settings: Settings) -> None:
    """Add API and middleware; what is added last sees a request first."""
    app.add_exception_handler(405, method_not_allowed)
    app.add_middleware(BesidePages, api=create_api(parts, settings))
    app.add_middleware(BodyLimit, limit=MAX_BODY_BYTES)
    app.add_middleware(HandshakeDeadline, path=SOCKET_PATH, sockets=core.sio, is_page=is_page)
    app.add_middleware(
        SocketLimits, new_bucket=socket_bucket, cost_of=event_cost, max_frame_bytes=MAX_FRAME_BYTES
    )
    app.add_middleware(SameOrigin, allowed=settings.allowed_origins)
    app.add_middleware(WaitingPages)
    app.add_middleware(SecurityHeaders, settings=settings)
    app.add_middleware(ClientDisconnects)
    app.add_middleware(RequestLog)
    app.add_middleware(StaticCache)
    app.add_middleware(PageCookies, also=(SIGN_IN_PATH,))
    if settings.forwarded_allow_ips == "*":
        app.add_middleware(LastHop)


def is_page(room: str) -> bool:
    """Return whether this room of the pages' socket is that of an open page."""
    return room in Client.instances


def mount_engine(settings: Settings) -> EngineMount:
    """Serve our own provider in this process."""
    speech_to_text = speech_to_text_here(settings.whisper_model)
    if isinstance(speech_to_text, WhisperSpeechToText):
        app.on_startup(speech_to_text.prepare)
    secret = settings.turn_secret
    turn = TurnCredentials(secret.get_secret_value() if secret else None)
    engine = EngineMount(
        settings.engine_api_key,
        ice_servers=lambda: turn.ice_servers(settings.ice_servers, "engine"),
        speech_to_text=speech_to_text,
    )
    guard = BruteForceGuard("engine key", settings.storage_secret.encode())
    app.mount(ENGINE_PATH, EngineKeyGuard(engine, guard))
    return engine


def can_listen(settings: Settings) -> bool:
    """Return whether speech can be transcribed: by any provider, by our engine only with its recogniser."""
    if settings.provider_kind != "engine":
        return True
    return not isinstance(speech_to_text_here(settings.whisper_model), NoSpeechToText)


def announce(settings: Settings) -> None:
    """Print the address of the page, once it can be opened."""
    voice = {
        "engine": "its own demo voice (no key set)",
        "openai": "OpenAI",
        "compatible": settings.provider_url,
    }
    print(
        f"Guftagu answers with {voice[settings.provider_kind]} at {settings.page_url}",
        flush=True,
    )


def print_password_hash() -> None:
    """Read the admin's password and print the line for `.env`."""
    password = read_new_password()
    if len(password) < SHORTEST_PASSWORD:
        sys.exit(f"A password takes at least {SHORTEST_PASSWORD} characters.")
    # In quotes, because Compose would take what follows a $ for a variable.
    print(f"ADMIN_PASSWORD_HASH='{hash_password(password)}'")


def read_new_password() -> str:
    """Ask for a password twice; where nobody sits at a terminal, read it from the first line of the input."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    password = getpass("Password: ")
    if password != getpass("Once more: "):
        sys.exit("That is not the same twice.")
    return password


def begin_persona(name: str) -> None:
    """Copy the template of a persona and print what to do with it."""
    try:
        folder = new_persona(PERSONAS, name)
    except PersonaError as error:
        sys.exit(f"Persona: {error}")
    print(f"Edit persona.toml and guide.md in {folder}, then start with PERSONA={name}")


def run_command(name: str, arguments: list[str]) -> int:
    """Run a command of `commands/`; these are imported only here, since they import audio libraries."""
    from commands import ask, check, transcribe

    if name == "transcribe":
        return transcribe.run(arguments)
    try:
        settings = load_settings()
        personas = open_personas(settings)
        command = {"ask": ask.run, "check": check.run}[name]
        return command(arguments, personas[default_persona(personas, settings)], settings)
    except SettingsError as error:
        print(f"Settings: {error}", file=sys.stderr)
        return ExitCode.USAGE


def main() -> None:
    """Serve until interrupted, or run the command of the command line."""
    match sys.argv[1:]:
        case []:
            serve()
        case ["hash-password"]:
            print_password_hash()
        case ["new-persona", name] if not name.startswith("-"):
            begin_persona(name)
        case ["transcribe" | "ask" | "check" as name, *arguments]:
            leave(run_command(name, arguments))
        case ["-h" | "--help"]:
            print(USAGE)
        case _:
            print(USAGE, file=sys.stderr)
            sys.exit(2)


def leave(code: int) -> NoReturn:
    """Exit with this code; when interrupted, at once: a thread that downloads a model may take minutes."""
    if code == ExitCode.INTERRUPTED:
        sys.stdout.flush()
        os._exit(code)
    sys.exit(code)


def with_kept_secret(settings: Settings) -> Settings:
    """Return settings whose cookies outlive a restart: an unset secret is kept beside the SQLite database."""
    try:
        address = address_of(settings.database_url)
    except AddressRefused:
        return settings  # told when the database is opened
    if "storage_secret" in settings.model_fields_set or address.drivername != SQLITE:
        return settings
    file = Path(str(address.database)).with_name(SECRET_FILE)
    return settings.model_copy(update={"storage_secret": kept_secret(file)})


def serve() -> None:
    """Serve until interrupted."""
    os.umask(OWNER_ONLY_UMASK)
    try:
        settings = load_settings()
        set_up_logging(settings.log_level)
        settings = with_kept_secret(settings)
        require_free_port(settings.host, settings.port)
        personas = open_personas(settings)
        asyncio.run(build(settings, personas).prepare(personas.values()))
    except SettingsError as error:
        print(f"Settings: {error}", file=sys.stderr)
        sys.exit(ExitCode.USAGE)
    app.config.socket_io_js_transports = ["websocket"]  # docs/decisions/no-long-polling.md
    gc.freeze()  # docs/decisions/frozen-garbage.md
    ui.run(
        host=settings.host,
        port=settings.port,
        title="Guftagu",
        reload=False,
        show=False,
        show_welcome_message=False,
        tailwind=False,
        reconnect_timeout=5,
        message_history_length=5000,
        binding_refresh_interval=None,
        storage_secret=settings.storage_secret,
        session_middleware_kwargs=session_options(settings),
        http=bounded_protocol(ConnectionLimits(), settings.forwarded_allow_ips),
        access_log=False,
        log_config=None,  # uvicorn's own handler would show the texts of errors
        gzip_middleware_factory=None,  # `StaticCache` compresses.
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=GRACE_SECONDS,
        ws_max_size=MAX_SOCKET_BYTES,
        proxy_headers=settings.forwarded_allow_ips is not None,
        forwarded_allow_ips=settings.forwarded_allow_ips,
    )


if __name__ in {"__main__", "__mp_main__"}:
    main()
