"""Server of the comparison, as vendors' examples have it: a page, and a key for each request."""

import os
from pathlib import Path

import httpx
from fastapi import FastAPI
from fastapi.responses import FileResponse

HERE = Path(__file__).parent

app = FastAPI(openapi_url=None)
provider = httpx.AsyncClient(
    base_url=os.environ["OPENAI_BASE_URL"],
    headers={"Authorization": f"Bearer {os.environ['OPENAI_API_KEY']}"},
)


@app.get("/")
async def page() -> FileResponse:
    return FileResponse(HERE / "index.html")


@app.get("/classic.js")
async def script() -> FileResponse:
    return FileResponse(HERE / "classic.js")


@app.post("/session")
async def session() -> dict[str, str]:
    """Mint a client secret and say where to post the offer with it."""
    wanted = {"session": {"type": "realtime", "model": "gpt-realtime-2.1-mini"}}
    answer = await provider.post("/realtime/client_secrets", json=wanted)
    return {"key": answer.json()["value"], "url": f"{provider.base_url}realtime/calls"}
