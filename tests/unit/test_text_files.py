import codecs
from pathlib import Path

import pytest

from text_files import NotText, read_text

TEXT = "نام = گفتگو\nzweite Zeile: ä\n"


@pytest.mark.parametrize(
    "data",
    [
        TEXT.encode(),
        TEXT.encode("utf-8-sig"),
        TEXT.encode("utf-16"),
        codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"),
        TEXT.replace("\n", "\r\n").encode(),
        TEXT.replace("\n", "\r\n").encode("utf-16"),
    ],
    ids=["utf-8", "utf-8 with a mark", "utf-16", "utf-16 the other way", "Windows' lines", "both"],
)
def test_what_editors_write_is_read(tmp_path: Path, data: bytes) -> None:
    file = tmp_path / "guide.md"
    file.write_bytes(data)
    assert read_text(file) == TEXT


@pytest.mark.parametrize("data", [TEXT.encode("utf-16-le"), "Zürich".encode("latin-1"), b"\xff\xfe\xff"])
def test_anything_else_is_refused_without_its_content(tmp_path: Path, data: bytes) -> None:
    file = tmp_path / "guide.md"
    file.write_bytes(data)
    with pytest.raises(NotText, match=r"^is not UTF-8 text; save it as UTF-8$"):
        read_text(file)
