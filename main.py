"""The front door: settings in, app out."""

import sys
from getpass import getpass
from pathlib import Path

from nicegui import app, core, ui

from calls.archive import Archive
from calls.dialer import Dialer
from calls.extraction import Extraction
from calls.persona import load_personas
from calls.phone import Phone, lines_of
from calls.registry import Registry
from calls.session_book import SessionBook
from pages import caller, sign_in
from realtime.client import RealtimeClient
from server.api import BesidePages, Parts, create_api
from server.body_limit import BodyLimit
from server.headers import SecurityHeaders
from server.health import Readiness
from server.logging_setup import set_up_logging
from server.origins import SameOrigin
from server.passwords import hash_password
from server.request_log import RequestLog
from server.routes import call_routes
from server.webhook import webhook_routes
from settings import ENGINE_PATH, Settings, SettingsError, load_settings

HERE = Path(__file__).parent
MAX_BODY_BYTES = 2 * 1024 * 1024
MAX_FRAME_BYTES = 128 * 1024
"""Of the page's socket; `static/webrtc.js` sends at most half of it at once."""


def build(settings: Settings) -> None:
    """Put the house together: provider, calls, routes and pages.

    :raises SettingsError: `PERSONA` names none that loads
    """
    personas, errors = load_personas(HERE / "personas")
    for error in errors:
        print(f"Persona left out: {error}", file=sys.stderr)
    if settings.persona not in personas:
        raise SettingsError(
            f"PERSONA: {settings.persona!r} is not one of {', '.join(personas) or 'no persona'}"
        )
    client = RealtimeClient(settings.provider_url, settings.provider_key)
    dialer = Dialer(client, settings)
    registry = Registry(dialer, settings)
    sessions = SessionBook(registry, dialer, personas, settings)
    records = Archive(settings, registry)
    app.on_startup(records.open)
    app.include_router(call_routes(registry))
    phone = Phone(registry, client, settings, lines_of(personas, settings))
    app.include_router(webhook_routes(settings.openai_webhook_secret, phone.take, registry.tasks))
    door = sign_in.Door(settings)
    sign_in.install(door, personas[settings.persona])
    caller.install(registry, personas, settings, door)
    app.on_shutdown(sessions.close)
    app.on_shutdown(registry.close)
    app.on_shutdown(records.close)
    if settings.provider_kind == "engine":
        mount_engine(settings)
    app.on_startup(client.warm)
    app.on_shutdown(client.close)
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
    app.on_startup(lambda: announce(settings))


def guard(parts: Parts, settings: Settings) -> None:
    """Put everything that stands before the pages around them; what comes last here sees a request first."""
    app.add_middleware(BesidePages, api=create_api(parts, settings))
    app.add_middleware(BodyLimit, limit=MAX_BODY_BYTES)
    app.add_middleware(SameOrigin, allowed=settings.allowed_origins)
    app.add_middleware(SecurityHeaders, settings=settings)
    app.add_middleware(RequestLog)


def mount_engine(settings: Settings) -> None:
    """Serve our own provider in this process; imported only here, for it brings audio libraries along."""
    from engine.app import create_engine

    engine = create_engine(settings.engine_api_key, ice_servers=settings.ice_servers)
    app.mount(ENGINE_PATH, engine)
    app.on_shutdown(engine.state.engine.close)


def announce(settings: Settings) -> None:
    """Say where the page is, once it can be opened."""
    core.sio.eio.max_http_buffer_size = MAX_FRAME_BYTES
    voice = {
        "engine": "its own demo voice (no key set)",
        "openai": "OpenAI",
        "compatible": settings.provider_url,
    }
    print(
        f"Guftagu answers with {voice[settings.provider_kind]} at http://localhost:{settings.port}",
        flush=True,
    )


def print_password_hash() -> None:
    """Ask for the admin's password twice and print the line for `.env`."""
    password = getpass("Password: ")
    if not password or password != getpass("Once more: "):
        sys.exit("That is nothing, or not the same twice.")
    # In quotes, because Compose would take what follows a $ for a variable.
    print(f"ADMIN_PASSWORD_HASH='{hash_password(password)}'")


def main() -> None:
    """Serve until interrupted, or do what the command line asks."""
    if sys.argv[1:] == ["hash-password"]:
        print_password_hash()
        return
    try:
        settings = load_settings()
        set_up_logging(settings.log_level)
        build(settings)
    except SettingsError as error:
        sys.exit(f"Settings: {error}")
    app.config.socket_io_js_transports = ["websocket"]
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
        access_log=False,
        proxy_headers=settings.forwarded_allow_ips is not None,
        forwarded_allow_ips=settings.forwarded_allow_ips,
    )


if __name__ in {"__main__", "__mp_main__"}:
    main()
