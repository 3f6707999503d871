"""The engine with a quick voice, and the official SDK as its client."""

from collections.abc import AsyncIterator

import pytest
from openai import AsyncOpenAI

from tests.fakes.engine_server import SERVER_KEY, EngineServer, running_engine


@pytest.fixture
async def engine() -> AsyncIterator[EngineServer]:
    async with running_engine() as server:
        yield server


@pytest.fixture
async def openai(engine: EngineServer) -> AsyncIterator[AsyncOpenAI]:
    async with AsyncOpenAI(api_key=SERVER_KEY, base_url=engine.url, max_retries=0, timeout=10) as client:
        yield client
