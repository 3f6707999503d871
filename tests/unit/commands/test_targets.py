from pathlib import Path

import pytest

from commands.targets import MAX_NAME_BYTES, NotWritten, file_name, require_writable, write_or_rescue


@pytest.mark.parametrize("stem", ["talk", "ا" * 122])
def test_a_name_that_fits_is_whole(stem: str) -> None:
    assert file_name(stem, ".txt") == f"{stem}.txt"


@pytest.mark.parametrize("letter", ["x", "ا", "字", "😀"])
def test_a_longer_name_is_cut_between_letters(letter: str) -> None:
    name = file_name(letter * 300, ".partial.txt")
    assert MAX_NAME_BYTES - 4 < len(name.encode()) <= MAX_NAME_BYTES
    assert set(name.removesuffix(".partial.txt")) == {letter}


def test_a_check_leaves_what_is_there_and_makes_nothing_but_the_folder(tmp_path: Path) -> None:
    old, new = tmp_path / "old.txt", tmp_path / "folder" / "new.txt"
    old.write_text("old")
    for path in (old, new):
        require_writable(path)
    assert old.read_text() == "old"
    assert not new.exists() and new.parent.is_dir()


def test_a_folder_is_no_file_to_write(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="directory"):
        require_writable(tmp_path)


def test_what_cannot_be_written_is_kept_elsewhere_and_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    (tmp_path / "words.txt").mkdir()
    with pytest.raises(NotWritten) as caught:
        write_or_rescue(tmp_path / "words.txt", lambda path: path.write_text("paid"))
    (rescued,) = tmp_path.glob("guftagu-*/words.txt")
    assert rescued.read_text() == "paid"
    assert str(rescued) in str(caught.value)
