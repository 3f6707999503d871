"""Whether the server could listen where its settings say, asked before anything else is touched.

A second server that finds out later would by then have closed the first one's records and hung up its calls.
"""

import socket

from settings import SettingsError


def require_free_port(host: str, port: int) -> None:
    """Check that the port can be listened at.

    :raises SettingsError: another program listens there, or nobody may
    """
    hosts = ("::", "0.0.0.0") if host == "::" else (host,)
    try:
        for each in hosts:
            _listen_once(each, port)
    except (OSError, UnicodeError) as error:
        why = getattr(error, "strerror", None) or type(error).__name__
        raise SettingsError(f"HOST, PORT: cannot listen at {host}, port {port} ({why})") from None


def _listen_once(host: str, port: int) -> None:
    places = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    for family, _, _, _, address in places:
        with socket.create_server(address[:2], family=family):
            pass
