import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from tests.fakes.tcp_proxy import TcpProxy


@pytest.fixture
def server() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(5)
        yield listening


@pytest.fixture
def proxy(server: socket.socket) -> Iterator[TcpProxy]:
    proxy = TcpProxy(f"http://127.0.0.1:{server.getsockname()[1]}").start()
    yield proxy
    proxy.stop()


def connect(proxy: TcpProxy) -> socket.socket:
    parts = urlsplit(proxy.url)
    return socket.create_connection((parts.hostname, parts.port), timeout=5)


def test_bytes_are_forwarded_both_ways(proxy: TcpProxy, server: socket.socket) -> None:
    with connect(proxy) as near, server.accept()[0] as far:
        near.sendall(b"salaam")
        assert far.recv(100) == b"salaam"
        far.sendall(b"walaikum")
        assert near.recv(100) == b"walaikum"


def test_refusing_resets_what_is_open_and_what_is_new_until_resumed(
    proxy: TcpProxy, server: socket.socket
) -> None:
    with connect(proxy) as near, server.accept()[0]:
        proxy.refuse()
        with pytest.raises(ConnectionResetError):
            near.recv(100)
    with pytest.raises(ConnectionResetError), connect(proxy) as new:  # the reset may come while it connects
        new.recv(100)
    proxy.resume()
    with connect(proxy) as near, server.accept()[0] as far:
        near.sendall(b"salaam")
        assert far.recv(100) == b"salaam"


def test_swallowed_bytes_vanish_silently_and_the_holed_connection_is_reset_on_resume(
    proxy: TcpProxy, server: socket.socket
) -> None:
    with connect(proxy) as near, server.accept()[0] as far:
        near.sendall(b"before")
        assert far.recv(100) == b"before"
        proxy.swallow()
        near.sendall(b"lost")
        far.settimeout(0.2)
        with pytest.raises(TimeoutError):
            far.recv(100)
        proxy.resume()
        with pytest.raises(ConnectionResetError):
            near.recv(100)
