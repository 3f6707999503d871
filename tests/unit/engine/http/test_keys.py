import pytest

from engine.http.api_error import EngineError
from engine.http.keys import MAX_EPHEMERAL, Keys
from engine.session.session_config import new_session

SESSION = new_session({"type": "realtime", "instructions": "Mine."})


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_an_ephemeral_key_carries_its_session_until_it_expires() -> None:
    clock = Clock()
    keys = Keys("sk-server", clock)
    key = keys.mint(SESSION, 60)
    assert key.value.startswith("ek_")
    assert key.expires_at == 1060
    clock.now = 1059
    assert keys.session_of(key.value) is SESSION
    clock.now = 1060
    with pytest.raises(EngineError) as caught:
        keys.session_of(key.value)
    assert caught.value.status == 401


def test_an_ephemeral_key_may_start_several_sessions() -> None:
    keys = Keys("sk-server", Clock())
    key = keys.mint(SESSION, 60).value
    assert keys.session_of(key) is keys.session_of(key)


@pytest.mark.parametrize("key", ["", "sk-other", "sk-serverx", "کلید"])
def test_any_other_key_is_refused(key: str) -> None:
    keys = Keys("sk-server", Clock())
    for check in (keys.require_server_key, keys.session_of):
        with pytest.raises(EngineError) as caught:
            check(key)
        assert (caught.value.status, caught.value.code) == (401, "invalid_api_key")


def test_an_ephemeral_key_is_no_server_key() -> None:
    keys = Keys("sk-server", Clock())
    assert keys.is_server_key("sk-server")
    assert not keys.is_server_key(keys.mint(SESSION, 60).value)


def test_keys_are_not_shown_in_logs() -> None:
    key = Keys("sk-server", Clock()).mint(SESSION, 60)
    assert key.value not in repr(key)


def test_ephemeral_keys_are_limited_until_some_expire() -> None:
    clock = Clock()
    keys = Keys("sk-server", clock)
    for _ in range(MAX_EPHEMERAL):
        keys.mint(SESSION, 10)
    with pytest.raises(EngineError) as caught:
        keys.mint(SESSION, 10)
    assert (caught.value.status, caught.value.code) == (429, "rate_limit_exceeded")
    clock.now += 11
    assert keys.mint(SESSION, 10)
