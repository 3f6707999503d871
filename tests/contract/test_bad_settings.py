"""`python main.py` with a setting that it cannot understand: one sentence that names it, and an exit code."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from commands.exit_codes import ExitCode
from tests.fakes.app_process import Copied, Start
from tests.fakes.running_app import OURS

SECRET = "whsec_never-shown-to-anybody"
BAD = [
    ("PORT", "eighty"),
    ("PORT", "70000"),
    ("PORT", "nan"),
    ("HOST", "not an address"),
    ("HOST", "a..b"),
    ("HOST", "203.0.113.77"),
    ("HOST", "fe80::zz"),
    ("ICE_SERVERS", "[" * 5000),
    ("ICE_SERVERS", "1" * 5000),
    ("ICE_SERVERS", '[{"urls": "turn:turn.example.org:x"}]'),
    ("ICE_SERVERS", '[{"urls": "turn:"}]'),
    ("PRICES", "[]"),
    ("PRICES", '{"minutes": {"my-model": "cheap"}}'),
    ("PRICES", '{"minutes": {"my-model": NaN}}'),
    ("PRICES", '{"minutes": {"my-model": Infinity}}'),
    ("PHONE_NUMBERS", '["+92 21 32799000"]'),
    ("PHONE_NUMBERS", '{"+92 21 32799000": 7}'),
    ("PHONE_NUMBERS", '{"+92 21 32799000": "nobody"}'),
    ("OPENAI_WEBHOOK_SECRET", SECRET),
    ("OPENAI_WEBHOOK_SECRET", "whsec_"),
    ("OPENAI_WEBHOOK_SECRET", "whsec_é"),
    ("OPENAI_BASE_URL", "http://"),
    ("OPENAI_BASE_URL", "http://[::1/v1"),
    ("OPENAI_BASE_URL", "http://localhost:99999/v1"),
    ("OPENAI_BASE_URL", "https://a host/v1"),
    ("OPENAI_API_KEY", "sk-کلید"),
    ("API_KEYS", "a-key-that-is-long-enough-ü"),
    ("MAX_CALL_MINUTES", "nan"),
    ("MAX_CALL_MINUTES", "inf"),
    ("MAX_IDLE_SECONDS", "1e999"),
    ("PAGE_GRACE_SECONDS", "inf"),
    ("RETENTION_DAYS", "1e300"),
    ("MAX_CALL_USD", "NaN"),
    ("MAX_DAY_USD", "Infinity"),
    ("MAX_CALLS", "9" * 5000),
    ("STORE_TRANSCRIPTS", "perhaps"),
    ("FRAME_ANCESTORS", "https://مثال.example"),
    ("ALLOWED_ORIGINS", "https://مثال.example"),
    ("PERSONA", "../secrets"),
    ("PERSONAS", "nobody"),
    ("STORAGE_SECRET", os.fsdecode(b"latin-1 \xe9")),
]


@contextmanager
def ended(folder: Path, **settings: str) -> Iterator[tuple[int | None, str]]:
    """Exit code and output of a server that does not come to serve."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
    env = inherited | {"HOST": "127.0.0.1", "PORT": "18199", "OPENAI_API_KEY": "sk-test"} | settings
    process = Copied(Start(env, folder, folder / "log"))
    try:
        assert process.ended(60), f"it serves: {(folder / 'log').read_text()}"
        yield process.exit_code, (folder / "log").read_text()
    finally:
        process.kill()


@pytest.mark.parametrize(("name", "value"), BAD, ids=[f"{name}={value[:30]!a}" for name, value in BAD])
def test_one_sentence_names_the_setting(tmp_path: Path, name: str, value: str) -> None:
    with ended(tmp_path, **{name: value}) as (code, said):
        assert code == ExitCode.USAGE, said
        (line,) = said.splitlines()
        assert line.startswith("Settings: ") and name in line
        assert SECRET not in line and len(line) < 400


@pytest.mark.parametrize(
    "data",
    ["MAX_CALLS=3\n".encode("utf-16-le"), "STORAGE_SECRET=Zürich\n".encode("latin-1")],
    ids=["utf-16 without a mark", "latin-1"],
)
def test_a_file_of_settings_in_another_encoding_is_named(tmp_path: Path, data: bytes) -> None:
    (tmp_path / ".env").write_bytes(data)
    with ended(tmp_path) as (code, said):
        assert (code, said) == (ExitCode.USAGE, "Settings: .env: is not UTF-8 text; save it as UTF-8\n")
