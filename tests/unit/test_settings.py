import json
import re
import runpy
from pathlib import Path

import pytest

from access.passwords import hash_password
from settings import ENGINE_PATH, Settings, SettingsError, load_settings


@pytest.fixture(autouse=True)
def no_settings_from_outside(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)


def test_without_a_key_the_engine_serves_and_only_then() -> None:
    assert Settings(port=9000).provider_kind == "engine"
    assert Settings(port=9000).provider_url == f"http://127.0.0.1:9000{ENGINE_PATH}"
    assert Settings(openai_api_key="sk").provider_kind == "openai"
    assert Settings(openai_base_url="http://other/v1/").provider_kind == "compatible"
    assert Settings(openai_base_url="http://other/v1/").provider_url == "http://other/v1"


def test_a_browser_reaches_the_engine_on_the_pages_own_origin() -> None:
    assert Settings().browser_provider_url == ENGINE_PATH
    assert Settings(openai_api_key="sk").browser_provider_url == "https://api.openai.com/v1"


def test_keys_do_not_show_when_settings_are_printed() -> None:
    shown = repr(
        Settings(
            openai_api_key="sk-secret",
            engine_api_key="engine-hidden-key-16",
            storage_secret="cookie-signing-secret" * 2,
        )
    )
    assert not any(value in shown for value in ("sk-secret", "engine-hidden", "cookie-signing"))
    secrets = {
        "api_keys": "a-key-nobody-may-see",
        "access_code": "sesame",
        "admin_password_hash": hash_password("open"),
    }
    shown = repr(Settings.model_validate(secrets))
    assert not any(value in shown for value in secrets.values())


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "eighty"),
        ("ICE_SERVERS", "{"),
        ("ICE_SERVERS", '{"urls": "stun:x"}'),
        ("ICE_SERVERS", '[{"url": "stun:x"}]'),
        ("ICE_SERVERS", '[{"urls": "https://x"}]'),
        ("ICE_SERVERS", '[{"urls": []}]'),
        ("ICE_SERVERS", '[{"urls": "turn:x", "credential": 7}]'),
        ("ADMIN_PASSWORD_HASH", "a-plain-password"),
        ("ADMIN_PASSWORD_HASH", "scrypt$"),
        ("SIGNALING", "magic"),
        ("OPENAI_BASE_URL", "ftp://x"),
        ("MAX_CALLS", "0"),
        ("API_KEYS", "short"),
        ("ACCESS_CODE", "12345"),
        ("STORAGE_SECRET", "x" * 31),
        ("ENGINE_API_KEY", "x" * 15),
        ("TURN_SECRET", "x" * 15),
        ("MAX_DAY_SHARE_PER_ADDRESS", "1.5"),
        ("ALLOWED_ORIGINS", "https://app.example/path"),
        ("ALLOWED_ORIGINS", "*"),
        ("PUBLIC_URL", "calls.example.org"),
        ("PUBLIC_URL", "https://calls.example.org/app"),
        ("PUBLIC_URL", "https://user@calls.example.org"),
        ("PUBLIC_URL", "https://calls.example.org:port"),
        ("FRAME_ANCESTORS", "https://x; script-src *"),
        ("LOG_LEVEL", "loud"),
    ],
)
def test_a_wrong_setting_is_named_without_its_value(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=name) as caught:
        load_settings()
    assert "plain-password" not in str(caught.value)


def test_an_empty_setting_counts_as_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "")
    assert load_settings().provider_kind == "engine"


def test_settings_are_read_from_an_env_file_too(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("MAX_CALLS=3\n")
    assert load_settings().max_calls == 3


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_an_env_file_that_was_written_on_windows_is_read(tmp_path: Path, encoding: str) -> None:
    (tmp_path / ".env").write_bytes("MAX_CALLS=3\r\nOPENAI_VOICE=گفتگو\r\n".encode(encoding))
    settings = load_settings()
    assert (settings.max_calls, settings.openai_voice) == (3, "گفتگو")


@pytest.mark.parametrize(
    ("host", "reached", "page"),
    [
        ("0.0.0.0", "127.0.0.1", "localhost"),
        ("::", "[::1]", "localhost"),
        ("::1", "[::1]", "[::1]"),
        ("127.0.0.2", "127.0.0.2", "127.0.0.2"),
        ("localhost", "localhost", "localhost"),
    ],
)
def test_the_engine_is_reached_where_the_server_listens(host: str, reached: str, page: str) -> None:
    settings = Settings(host=host, port=9000)
    assert settings.provider_url == f"http://{reached}:9000{ENGINE_PATH}"
    assert settings.page_url == f"http://{page}:9000"


def test_lists_are_separated_by_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALLOWED_MODELS", "one, two,")
    monkeypatch.setenv("ALLOWED_ORIGINS", "https://App.example")
    settings = load_settings()
    assert (settings.allowed_models, settings.allowed_origins) == (["one", "two"], ["https://app.example"])


@pytest.mark.parametrize(
    ("value", "is_https"),
    [("https://Calls.example.org", True), ("https://[::1]:8443", True), ("http://localhost:8080", False)],
)
def test_the_public_url_says_whether_browsers_come_by_https(value: str, is_https: bool) -> None:
    assert Settings(public_url=value).is_public_https == is_https
    assert not Settings().is_public_https


def test_ice_servers_are_json(monkeypatch: pytest.MonkeyPatch) -> None:
    turn = {"urls": ["turn:turn.example.org", "stuns:[::1]:5349"], "username": "u", "credential": "c"}
    monkeypatch.setenv("ICE_SERVERS", json.dumps([turn, {"urls": "stun:stun.example.org:3478"}]))
    assert load_settings().ice_servers == [turn, {"urls": "stun:stun.example.org:3478"}]


def test_the_example_file_names_every_setting_and_no_other() -> None:
    example = (Path(__file__).parents[2] / ".env.example").read_text("utf-8")
    named = set(re.findall(r"^# ([A-Z_]+)=", example, re.MULTILINE))
    assert named == {name.upper() for name in Settings.model_fields}


def test_the_page_of_settings_is_made_from_their_docstrings_and_explains_every_one() -> None:
    root = Path(__file__).parents[2]
    page = runpy.run_path(str(root / ".ci" / "settings_page.py"))["page"]()
    assert (root / "docs" / "settings.md").read_text("utf-8") == page, "run: uv run .ci/settings_page.py"
    assert all(field.description for field in Settings.model_fields.values())
    assert {name.upper() for name in Settings.model_fields} <= set(re.findall(r"^\| `([A-Z_]+)`", page, re.M))
