"""Where the server listens, by which address it opens, and how it reaches its own engine there."""

import re
import socket

import httpx
import pytest

from tests.fakes.app_process import Copied
from tests.fakes.running_app import RunningApp

IPV4, IPV6 = "127.0.0.1", "[::1]"
SAID_AT = re.compile(r"Guftagu answers with .* at (http://\S+)")


def has_ipv6() -> bool:
    try:
        with socket.create_server(("::1", 0), family=socket.AF_INET6):
            return True
    except OSError:
        return False


@pytest.mark.parametrize(
    ("host", "opens", "closed"),
    [
        ("0.0.0.0", [IPV4], [IPV6]),
        ("::", [IPV4, IPV6], []),
        ("::1", [IPV6], [IPV4]),
        ("127.0.0.2", ["127.0.0.2"], [IPV4]),
    ],
)
def test_the_engine_and_the_page_are_reached_at_the_address_that_was_bound(
    host: str, opens: list[str], closed: list[str]
) -> None:
    assert has_ipv6() or IPV6 not in opens, "this machine has no IPv6: the test cannot run here"
    app = RunningApp({"HOST": host}, launch=Copied).start()
    try:
        for each in opens:
            assert httpx.get(f"http://{each}:{app.port}/readyz").status_code == 200
        for each in closed:
            with pytest.raises(httpx.ConnectError):
                httpx.get(f"http://{each}:{app.port}/healthz")
        said = SAID_AT.search(app.log)
        assert said and httpx.get(f"{said[1]}/healthz").status_code == 200
    finally:
        app.clean_up()
