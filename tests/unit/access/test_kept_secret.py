"""The secret that signs visitors' cookies stays the same over a restart."""

import logging
from pathlib import Path

import pytest

from access.kept_secret import OWNER_ONLY, kept_secret


def test_the_secret_is_made_once_and_only_its_owner_can_read_it(tmp_path: Path) -> None:
    file = tmp_path / "data" / "storage_secret"
    made = kept_secret(file)
    assert len(made) >= 32
    assert kept_secret(file) == made
    assert file.stat().st_mode & 0o777 == OWNER_ONLY


def test_another_folder_has_another_secret(tmp_path: Path) -> None:
    assert kept_secret(tmp_path / "one") != kept_secret(tmp_path / "two")


def test_where_nothing_can_be_kept_there_is_a_secret_and_a_warning_without_it(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "storage_secret").mkdir()
    with caplog.at_level(logging.WARNING):
        made = kept_secret(tmp_path / "storage_secret")
    assert len(made) >= 32
    assert "signed out" in caplog.text and made not in caplog.text


def test_a_folder_that_cannot_be_is_left_to_the_database_to_complain_of(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("no folder", "utf-8")
    assert len(kept_secret(tmp_path / "file" / "storage_secret")) >= 32
    assert caplog.records == []
