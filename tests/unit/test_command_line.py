from pathlib import Path

import pytest

from tests.fakes.command import ended, start


@pytest.mark.parametrize(
    "arguments", [["serv"], ["new-persona"], ["new-persona", "my", "shop"], ["new-persona", "--help"]]
)
async def test_what_is_no_command_gets_the_usage_and_no_server(tmp_path: Path, arguments: list[str]) -> None:
    end = await ended(await start(tmp_path, *arguments))
    assert (end.code, end.said) == (2, "")
    assert end.complained.startswith("usage: main.py")


async def test_asked_for_help_it_says_what_there_is(tmp_path: Path) -> None:
    end = await ended(await start(tmp_path, "--help"))
    assert (end.code, end.complained) == (0, "")
    assert "new-persona NAME" in end.said
