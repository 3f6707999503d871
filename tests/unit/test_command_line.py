import sys
from pathlib import Path

import pytest

from access.passwords import is_password
from main import main
from tests.fakes.command import ended, start


@pytest.mark.parametrize(
    "arguments", [["serv"], ["new-persona"], ["new-persona", "my", "shop"], ["new-persona", "--help"]]
)
def test_what_is_no_command_gets_the_usage_and_no_server(
    arguments: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["main.py", *arguments])
    with pytest.raises(SystemExit) as end:
        main()
    said, complained = capsys.readouterr()
    assert (end.value.code, said) == (2, "")
    assert complained.startswith("usage: main.py")


async def test_a_password_comes_from_a_pipe_too(tmp_path: Path) -> None:
    process = await start(tmp_path, "hash-password")
    end = await ended(process, given="کھل جا سم سم\r\nanother line\n".encode())
    assert (end.code, end.complained) == (0, "")
    stored = end.said.removeprefix("ADMIN_PASSWORD_HASH='").removesuffix("'\n")
    assert is_password("کھل جا سم سم", stored)


@pytest.mark.parametrize("given", [b"", b"short\n"])
async def test_a_short_password_from_a_pipe_is_refused(tmp_path: Path, given: bytes) -> None:
    end = await ended(await start(tmp_path, "hash-password"), given=given)
    assert (end.code, end.said) == (1, "")
    assert "at least 12 characters" in end.complained


async def test_asked_for_help_it_says_what_there_is(tmp_path: Path) -> None:
    end = await ended(await start(tmp_path, "--help"))
    assert (end.code, end.complained) == (0, "")
    assert "new-persona NAME" in end.said
