"""The front door: settings in, app out."""

import sys
from pathlib import Path

from nicegui import app, core, ui

from calls.archive import Archive
from calls.dialer import Dialer
from calls.persona import load_personas
from calls.registry import Registry
from pages import caller
from realtime.client import RealtimeClient
from server.headers import SecurityHeaders
from server.routes import call_routes
from settings import ENGINE_PATH, Settings, SettingsError, load_settings

HERE = Path(__file__).parent
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
    registry = Registry(Dialer(client, settings), settings)
    records = Archive(settings, registry)
    app.on_startup(records.open)
    app.include_router(call_routes(registry))
    caller.install(registry, personas, settings)
    app.on_shutdown(registry.close)
    app.on_shutdown(records.close)
    if settings.provider_kind == "engine":
        mount_engine(settings)
    app.on_startup(client.warm)
    app.on_shutdown(client.close)
    app.add_static_files("/static", HERE / "static")
    app.add_middleware(SecurityHeaders, settings=settings)
    app.on_startup(lambda: announce(settings))


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


def main() -> None:
    """Serve until interrupted."""
    try:
        settings = load_settings()
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
    )


if __name__ in {"__main__", "__mp_main__"}:
    main()
