import asyncio
import os
import stat
from pathlib import Path

from store.visitor_files import KEPT_SECONDS, SWEEP_SECONDS, VisitorFiles

NOW = 2_000_000_000.0


def file_in(folder: Path, name: str, *, unused_s: float, read_s: float | None = None) -> Path:
    file = folder / name
    file.write_text('{"admitted": "mark"}')
    file.chmod(0o644)
    os.utime(file, (NOW - (unused_s if read_s is None else read_s), NOW - unused_s))
    return file


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_files_and_folder_are_for_their_owner_only(tmp_path: Path) -> None:
    folder = tmp_path / "visitors"
    folder.mkdir(mode=0o755)
    file = file_in(folder, "storage-user-1.json", unused_s=0)
    assert VisitorFiles(folder, now=lambda: NOW).sweep() == 0
    assert (mode(folder), mode(file)) == (0o700, 0o600)


def test_the_folder_is_made_for_its_owner_only(tmp_path: Path) -> None:
    VisitorFiles(tmp_path / "data" / "visitors").sweep()
    assert mode(tmp_path / "data" / "visitors") == 0o700


def test_what_was_neither_read_nor_written_for_long_is_deleted(tmp_path: Path) -> None:
    old = file_in(tmp_path, "storage-user-old.json", unused_s=KEPT_SECONDS + 1)
    left = file_in(tmp_path, "storage-user-left.json.tmp", unused_s=KEPT_SECONDS + 1)
    read = file_in(tmp_path, "storage-user-read.json", unused_s=KEPT_SECONDS + 1, read_s=60)
    new = file_in(tmp_path, "storage-user-new.json", unused_s=KEPT_SECONDS - 60)
    other = file_in(tmp_path, "something-else.txt", unused_s=KEPT_SECONDS * 2)
    assert VisitorFiles(tmp_path, now=lambda: NOW).sweep() == 2
    assert [file.exists() for file in (old, left, read, new, other)] == [False, False, True, True, True]


async def test_it_sweeps_when_opened_and_once_a_day_until_closed(tmp_path: Path) -> None:
    slept: list[float] = []
    swept = asyncio.Event()

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        if len(slept) == 2:
            swept.set()
            await asyncio.Event().wait()

    old = file_in(tmp_path, "storage-user-old.json", unused_s=KEPT_SECONDS + 1)
    files = VisitorFiles(tmp_path, now=lambda: NOW, sleep=sleep)
    await files.open()
    async with asyncio.timeout(30):
        await swept.wait()
    await files.close()
    assert slept == [SWEEP_SECONDS] * 2
    assert not old.exists()
