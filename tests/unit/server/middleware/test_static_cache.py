"""Files of the pages from memory."""

import gzip
import tracemalloc
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Message

from server.middleware.static_cache import LARGEST_BYTES, LARGEST_TOTAL_BYTES, StaticCache

WORDS = "let words = 'گفتگو';\n" * 100
PATH = "/static/words.js"


async def receive_nothing() -> Message:
    return {"type": "http.request", "body": b""}


class Site:
    """Files in a folder behind compression and cache, and how often the app itself was asked."""

    def __init__(self, folder: Path, most_bytes: int = LARGEST_TOTAL_BYTES) -> None:
        self.asked = 0
        self.folder = folder
        (folder / "words.js").write_text(WORDS)
        routes = [
            Route("/static/counted", self._count),
            Route("/static/counted/{rest:path}", self._count),
            Mount("/static", StaticFiles(directory=folder)),
            Route("/sessions", self._count),
        ]
        self.app = StaticCache(Starlette(routes=routes), most_bytes)
        self.client = httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url="http://site")

    async def _count(self, _request: Request) -> PlainTextResponse:
        self.asked += 1
        return PlainTextResponse(f"answer {self.asked}")

    async def get_as_sent(self, path: str) -> int:
        """Return the status of a path that no HTTP client would send as it is."""
        statuses: list[int] = []

        async def send(message: Message) -> None:
            statuses.append(message.get("status", 0))

        scope = {"type": "http", "method": "GET", "path": path, "root_path": "", "headers": []}
        await self.app(scope, receive_nothing, send)
        return statuses[0]

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


@pytest.mark.parametrize(
    "variant",
    [
        "/static/counted/../words.js",
        "/static/counted/./1",
        "/static/counted//1",
        "/static/counted/1/",
        "/static/counted/..",
        "/static/counted/\\1",
        "/static/counted/\0",
        "/_nicegui/3/static/../counted",
    ],
)
async def test_a_path_that_is_not_a_file_s_own_is_not_even_looked_up(site: Site, variant: str) -> None:
    assert await site.get_as_sent("/static/counted/1") == 200
    assert await site.get_as_sent(variant) == 404
    assert site.asked == 1


async def test_any_number_of_ways_to_name_a_file_takes_no_memory(site: Site) -> None:
    await site.get(PATH)
    tracemalloc.start()
    for number in range(200):
        assert await site.get_as_sent(f"/static/{number}/../words.js") == 404
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert held < 200 * len(WORDS.encode()) / 10


async def test_encodings_a_browser_makes_up_do_not_multiply_what_is_kept(site: Site) -> None:
    for encoding in ("gzip", "gzip, x-1", "x-2, gzip;q=0.5"):
        answer = await site.get("/static/counted", **{"Accept-Encoding": encoding})
        assert answer.text == "answer 1"


async def test_no_more_is_kept_than_the_bytes_for_all_files(tmp_path: Path) -> None:
    site = Site(tmp_path, most_bytes=2 * len("answer 1"))
    answers = [(await site.get(f"/static/counted/{name}")).text for name in (1, 2, 3, 1, 2, 3)]
    assert answers == ["answer 1", "answer 2", "answer 3", "answer 1", "answer 2", "answer 4"]


async def test_everything_else_is_asked_each_time(site: Site) -> None:
    assert [(await site.get("/sessions")).text for _ in range(2)] == ["answer 1", "answer 2"]
