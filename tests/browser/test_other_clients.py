"""Clients of the API in pages of another origin: the examples of docs/api.md, and OpenAI's own client."""

import json
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from server.api.app import example
from tests.browser.caller import new_page
from tests.browser.conftest import AppFactory, BrowserFactory
from tests.fakes.npm_package import fetch_package
from tests.fakes.other_site import OtherSite
from tests.fakes.provider import ScriptedProvider
from tests.fakes.running_app import RunningApp
from tests.fakes.turns import transcribed

KEY = "the-key-of-a-page-elsewhere-0123456789"
LOST = "میرا کارڈ گم ہو گیا ہے"
CLIENT = "@openai/agents-realtime@0.20.0"
"""OpenAI's client for browsers (MIT)."""

TYPE = """words => [
  {type: "conversation.item.create",
   item: {type: "message", role: "user", content: [{type: "input_text", text: words}]}},
  {type: "response.create"},
].forEach(event => channel.send(JSON.stringify(event)))"""
IS_RECORDED = """async ([url, key, words]) => {
  const answer = await fetch(url, {headers: {Authorization: `Bearer ${key}`}});
  const {items} = await answer.json();
  const isAnswered = items.some(item => item.role === "assistant" && item.finished);
  return isAnswered && items.some(item => item.text === words);
}"""
AGENT = """
import { OpenAIRealtimeWebRTC, RealtimeAgent, RealtimeSession, tool }
  from "/package/dist/bundle/openai-realtime-agents.mjs";

const model = "gpt-realtime-2.1";
const headers = { Authorization: `Bearer ${key}`, "Content-Type": "application/json" };
const body = JSON.stringify({ model });
const opened = await (await fetch(`${server}/v1/session`, { method: "POST", headers, body })).json();
const without = { type: "object", properties: {}, required: [], additionalProperties: true };
const answering = (name, description, text) =>
  tool({ name, description, strict: false, parameters: without, execute: async () => text });
const agent = new RealtimeAgent({
  name: "Shop",
  instructions: "Be kind.",
  tools: [
    answering("opening_hours", "Tell when the shop is open.", "We are open from nine to five."),
    answering("story", "Tell the story of the shop.", "It was a long time ago in Lahore. ".repeat(30)),
  ],
});
const transport = new OpenAIRealtimeWebRTC({ baseUrl: opened.callsUrl });
window.events = [];
window.errors = [];
window.session = new RealtimeSession(agent, { transport, model });
session.on("error", ({ error }) => errors.push(JSON.stringify(error)));
transport.on("*", (event) => events.push(event.type));
await session.connect({ apiKey: opened.clientSecret });
window.callId = transport.callId;
window.connected = true;
"""
IS_SAID = """words => session.history.some(item =>
  item.role === "assistant" && item.content.some(part => part.transcript?.includes(words)))"""


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OtherSite]:
    site = OtherSite(tmp_path_factory.mktemp("site")).start()
    yield site
    site.stop()


@pytest.fixture
def page(browser_with: BrowserFactory, site: OtherSite) -> Iterator[Page]:
    """Open the page of the other site; what goes wrong in it fails the test."""
    page = new_page(browser_with("silent"))
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    page.goto(site.url)
    yield page
    page.context.close()
    assert problems == []


@pytest.fixture
def app(app_of_session: AppFactory, site: OtherSite) -> RunningApp:
    """Run the app with its engine, open to the other site."""
    return app_of_session(API_KEYS=KEY, ALLOWED_ORIGINS=site.url)


def run(page: Page, app: RunningApp, code: str) -> None:
    """Run a module in the page that knows the server and the key."""
    known = f"const server = {json.dumps(app.url)}, key = {json.dumps(KEY)};"
    page.add_script_tag(type="module", content=f"{known}\n{code}")


def test_the_ten_lines_of_the_docs_hold_a_whole_call_that_is_recorded(page: Page, app: RunningApp) -> None:
    run(page, app, f"{example('call.js')}\nObject.assign(window, {{ channel, sessionId }});")
    page.wait_for_function("window.channel?.readyState === 'open'")
    page.evaluate(TYPE, LOST)
    record = f"{app.url}/v1/sessions/{page.evaluate('sessionId')}"
    page.wait_for_function(IS_RECORDED, arg=[record, KEY, LOST], polling=200)


def test_the_ten_lines_of_the_docs_show_captions(
    page: Page, app_of_session: AppFactory, site: OtherSite, provider: ScriptedProvider
) -> None:
    settings = {"OPENAI_API_KEY": provider.key, "OPENAI_BASE_URL": provider.url}
    run(page, app_of_session(**settings, API_KEYS=KEY, ALLOWED_ORIGINS=site.url), example("captions.js"))
    assert provider.call.session["type"] == "transcription"
    assert provider.call.key == provider.issued[0]
    provider.send(*transcribed("a", "Good morning, everybody."))
    expect(page.locator("body")).to_contain_text("Good morning, everybody.")


@pytest.fixture(scope="session")
def openai_client(site: OtherSite) -> None:
    """Put OpenAI's client beside the page of the other site."""
    if shutil.which("npm") is None:
        pytest.skip(f"npm is not installed: {CLIENT} CANNOT BE FETCHED and WAS NOT TRIED on the engine")
    fetch_package(CLIENT, site.folder)


@pytest.mark.npm
@pytest.mark.usefixtures("openai_client")
def test_openais_own_client_talks_calls_tools_and_is_interrupted(page: Page, app: RunningApp) -> None:
    run(page, app, AGENT)
    page.wait_for_function("window.connected")
    assert page.evaluate("callId").startswith("rtc_"), "the page reads Location"
    page.evaluate("session.sendMessage('What are your opening hours?')")
    page.wait_for_function(IS_SAID, arg="nine to five")
    page.wait_for_function("events.includes('output_audio_buffer.stopped')")
    page.evaluate("session.sendMessage('I want the story')")
    page.wait_for_function("events.filter(type => type === 'output_audio_buffer.started').length === 2")
    page.evaluate("session.interrupt()")
    page.wait_for_function("events.includes('output_audio_buffer.cleared')")
    assert page.evaluate("errors") == []
    page.evaluate("session.close()")
