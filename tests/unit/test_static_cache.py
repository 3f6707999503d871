"""Files of the pages from memory."""

import gzip
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from server.static_cache import LARGEST_BYTES, StaticCache

WORDS = "let words = 'گفتگو';\n" * 100
PATH = "/static/words.js"


class Site:
    """Files in a folder behind compression and cache, and how often the app itself was asked."""

    def __init__(self, folder: Path) -> None:
        self.asked = 0
        self.folder = folder
        (folder / "words.js").write_text(WORDS)
        routes = [
            Route("/static/counted", self._count),
            Mount("/static", StaticFiles(directory=folder)),
            Route("/sessions", self._count),
        ]
        app = StaticCache(Starlette(routes=routes))
        self.client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://site")

    async def _count(self, _request: Request) -> PlainTextResponse:
        self.asked += 1
        return PlainTextResponse(f"answer {self.asked}")

    async def get(self, path: str, **headers: str) -> httpx.Response:
        return await self.client.get(path, headers={"Accept-Encoding": "gzip", **headers})


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


async def test_a_file_is_made_once_and_comes_the_same_again(site: Site) -> None:
    first, second = await site.get(PATH), await site.get(PATH)
    assert (first.text, second.text) == (WORDS, WORDS)
    assert first.headers == second.headers
    assert [(await site.get("/static/counted")).text for _ in range(2)] == ["answer 1", "answer 1"]


async def test_it_comes_compressed_only_to_those_who_read_that(site: Site) -> None:
    for _ in range(2):
        assert (await site.get(PATH)).headers["Content-Encoding"] == "gzip"
        plain = await site.get(PATH, **{"Accept-Encoding": "identity"})
        assert "Content-Encoding" not in plain.headers
        assert plain.content == WORDS.encode()
        assert int(plain.headers["Content-Length"]) == len(WORDS.encode())
    assert len(gzip.compress(WORDS.encode())) < len(WORDS)


async def test_who_has_it_already_is_still_told_so(site: Site) -> None:
    tag = (await site.get(PATH)).headers["ETag"]
    assert (await site.get(PATH, **{"If-None-Match": tag})).status_code == 304
    assert (await site.get(PATH)).status_code == 200


async def test_a_part_is_a_part(site: Site) -> None:
    await site.get(PATH)
    part = await site.get(PATH, Range="bytes=0-3")
    assert (part.status_code, part.text) == (206, "let ")


async def test_what_is_not_there_is_looked_for_again(site: Site) -> None:
    assert (await site.get("/static/late.js")).status_code == 404
    (site.folder / "late.js").write_text("late")
    assert (await site.get("/static/late.js")).text == "late"


async def test_large_files_are_not_held_in_memory(site: Site) -> None:
    large = site.folder / "large.bin"
    large.write_bytes(b"1" * (LARGEST_BYTES + 1))
    await site.get("/static/large.bin", **{"Accept-Encoding": "identity"})
    large.write_bytes(b"2")
    assert (await site.get("/static/large.bin", **{"Accept-Encoding": "identity"})).text == "2"


async def test_everything_else_is_asked_each_time(site: Site) -> None:
    assert [(await site.get("/sessions")).text for _ in range(2)] == ["answer 1", "answer 2"]
