import re

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from server.middleware.security_headers import SecurityHeaders
from tests.fakes.settings import given


async def page(request: Request) -> Response:
    html = "<script>1</script><style>a{}</style><p>&lt;script ہ</p>"
    return HTMLResponse(html, headers={"X-NiceGUI-Content": "page"})


async def plain(request: Request) -> Response:
    return PlainTextResponse("<script>")


async def get(path: str, **settings: object) -> httpx.Response:
    inner = Starlette(routes=[Route("/page", page), Route("/plain", plain)])
    app = SecurityHeaders(inner, given(**settings))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://guftagu") as http:
        return await http.get(path)


async def test_a_pages_own_scripts_and_styles_carry_the_nonce_of_its_policy() -> None:
    answer = await get("/page")
    nonce = re.search(r"'nonce-([^']+)'", answer.headers["content-security-policy"])
    assert nonce
    assert answer.text.count(f'nonce="{nonce.group(1)}"') == 2
    assert int(answer.headers["content-length"]) == len(answer.content)


async def test_each_page_has_a_nonce_of_its_own() -> None:
    first, second = await get("/page"), await get("/page")
    assert first.headers["content-security-policy"] != second.headers["content-security-policy"]


async def test_other_answers_pass_unchanged_with_the_plain_headers() -> None:
    answer = await get("/plain")
    assert answer.text == "<script>"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["permissions-policy"] == "microphone=(self)"


async def test_a_browser_may_reach_the_provider_only_when_it_posts_there_itself() -> None:
    relay = await get("/page", openai_api_key="sk")
    ephemeral = await get("/page", openai_api_key="sk", signaling="ephemeral")
    assert "api.openai.com" not in relay.headers["content-security-policy"]
    assert "connect-src 'self' https://api.openai.com;" in ephemeral.headers["content-security-policy"]


async def test_browsers_are_told_to_come_by_https_alone_where_the_page_is_there() -> None:
    https = await get("/plain", public_url="https://calls.example.org")
    assert https.headers["strict-transport-security"] == "max-age=31536000"
    for public_url in (None, "http://localhost:8080"):
        assert "strict-transport-security" not in (await get("/plain", public_url=public_url)).headers


@pytest.mark.parametrize(
    ("setting", "policy"),
    [
        ("none", "frame-ancestors 'none'"),
        ("self", "frame-ancestors 'self'"),
        (
            "https://*.replit.dev https://replit.com",
            "frame-ancestors https://*.replit.dev https://replit.com",
        ),
    ],
)
async def test_a_page_is_framed_only_by_whom_the_setting_names(setting: str, policy: str) -> None:
    answer = await get("/page", frame_ancestors=setting)
    assert answer.headers["content-security-policy"].endswith(policy)
