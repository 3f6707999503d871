"""A server whose database cannot be used: one sentence, an exit code, and nothing served."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from commands.exit_codes import ExitCode
from tests.fakes.app_process import MAIN
from tests.fakes.running_app import OURS

SECRET = "a-word-nobody-may-see"


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        (f"mysql://u:{SECRET}@host/name", "takes sqlite:///… or postgresql://…"),
        (f"postgres://u:{SECRET}@127.0.0.1:1/name", "this database cannot be used: nothing answers"),
        (f"sqlite:////proc/{SECRET}/guftagu.db", "this database cannot be used: No such file or directory"),
    ],
)
def test_it_ends_with_one_sentence(tmp_path: Path, url: str, sentence: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = str(probe.getsockname()[1])
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
    ended = subprocess.run(
        [sys.executable, str(MAIN)],
        cwd=tmp_path,
        env=inherited | {"HOST": "127.0.0.1", "PORT": port, "DATABASE_URL": url},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ended.returncode == ExitCode.USAGE
    assert ended.stdout == ""
    (line,) = ended.stderr.splitlines()
    assert line.startswith(f"Settings: DATABASE_URL: {sentence}")
    assert SECRET not in line
