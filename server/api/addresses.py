"""Addresses that the API tells its clients."""

from fastapi import Request

from paths import API_PATH
from settings import ENGINE_PATH, Settings

CALLS = "/realtime/calls"
"""Where a provider takes SDP offers, behind its base URL."""


class Addresses:
    """Addresses of this server as its clients reach it, and of its provider."""

    def __init__(self, settings: Settings) -> None:
        self._public_url = settings.public_url
        self._provider_url = None if settings.provider_kind == "engine" else settings.provider_url

    def provider_calls(self, request: Request) -> str:
        """Return where the holder of a client secret posts the offer; the engine is on this server."""
        return f"{self._provider_url or self._own(request) + ENGINE_PATH}{CALLS}"

    def relay(self, request: Request, session_id: str) -> str:
        """Return where the offer of a relayed session is posted."""
        return f"{self._own(request)}{API_PATH}/session/{session_id}/call"

    def _own(self, request: Request) -> str:
        origin = self._public_url or f"{request.url.scheme}://{request.url.netloc}"
        return origin + str(request.scope.get("root_path", "")).rstrip("/")
