import base64
import hashlib
import hmac

from access.turn_credentials import LIFETIME_S, TurnCredentials

TURN = {"urls": ["turn:turn.example.org", "turns:turn.example.org"]}


def test_a_turn_server_without_credentials_gets_ones_that_end_by_themselves() -> None:
    server = TurnCredentials("shared", lambda: 1000.5).ice_servers([TURN], "pseudonym")[0]
    assert server["username"] == f"{1000 + LIFETIME_S}:pseudonym"
    digest = hmac.new(b"shared", server["username"].encode(), hashlib.sha1).digest()
    assert server["credential"] == base64.b64encode(digest).decode()
    assert "username" not in TURN


def test_other_servers_stay_as_they_are() -> None:
    servers = [{"urls": "stun:x"}, {"urls": "turn:x", "username": "u", "credential": "c"}]
    assert TurnCredentials("shared").ice_servers(servers, "pseudonym") == servers
    assert TurnCredentials(None).ice_servers([TURN], "pseudonym") == [TURN]
