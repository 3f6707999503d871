"""Who may come in: the access code, other sites' pages, frames."""

from playwright.sync_api import expect

from components.shared.words import Words
from tests.browser.conftest import AppFactory, CallerFactory
from tests.fakes.provider import ScriptedProvider
from tests.fakes.running_app import RunningApp

CODE = "کھل جا سم سم"
WORDS = Words("en")
OPEN_SOCKET = """
url => new Promise(done => {
  const socket = new WebSocket(url);
  socket.onopen = () => done('open');
  socket.onerror = () => done('refused');
})
"""


def test_a_caller_enters_the_code_once_in_their_own_language(
    app_of_session: AppFactory, caller_at: CallerFactory
) -> None:
    app = app_of_session(ACCESS_CODE=CODE, STORAGE_SECRET="the-same-over-a-restart-of-the-app")
    caller = caller_at(app.url)
    page = caller.page
    page.goto(f"{app.url}/?lang=en")
    expect(page.get_by_role("heading", name=WORDS["sign_in.title"])).to_be_visible()
    expect(page.get_by_role("button", name="Start")).to_have_count(0)
    page.get_by_label(WORDS["sign_in.label"]).fill("a guess")
    page.get_by_role("button", name=WORDS["sign_in.enter"]).click()
    expect(page.get_by_role("alert")).to_have_text(WORDS["sign_in.wrong"])
    page.get_by_role("link", name=WORDS["page.other_language"]).click()
    urdu = Words("ur")
    page.get_by_label(urdu["sign_in.label"]).fill(CODE)
    page.get_by_role("button", name=urdu["sign_in.enter"]).click()
    expect(page.get_by_role("button", name=urdu["controls.start"])).to_be_visible()
    page.goto(app.url)
    expect(caller.start_button).to_be_visible()
    assert CODE not in app.log and "a guess" not in app.log


def test_the_code_leads_on_to_the_page_that_was_asked_for_and_never_to_another_site(
    app_of_session: AppFactory, caller_at: CallerFactory
) -> None:
    app = app_of_session(ACCESS_CODE=CODE, PERSONAS="jsbank,ibx")
    page = caller_at(app.url, own=True).page
    for asked, landed in (("/p/ibx", "/p/ibx"), ("//evil.example", "/")):
        page.context.clear_cookies()
        page.goto(
            f"{app.url}/p/ibx?lang=en" if asked == landed else f"{app.url}/sign-in?lang=en&then={asked}"
        )
        if asked == landed:
            expect(page.get_by_role("heading", level=1)).to_contain_text("Independence Blue Cross")
        page.get_by_label(WORDS["sign_in.label"]).fill(CODE)
        page.get_by_role("button", name=WORDS["sign_in.enter"]).click()
        page.wait_for_url(f"{app.url}{landed}?lang=en")


def test_another_sites_page_cannot_open_the_pages_socket(
    provider: ScriptedProvider, provider_app: RunningApp, caller_at: CallerFactory
) -> None:
    caller = caller_at(provider_app.url)
    socket = f"{provider_app.url.replace('http', 'ws')}/_nicegui_ws/socket.io/?EIO=4&transport=websocket"
    caller.open()
    assert caller.page.evaluate(OPEN_SOCKET, socket) == "open", "the probe is broken"
    provider.answer_next("other", headers={"Content-Type": "text/html"}, body="<p>elsewhere</p>")
    caller.expects_problem("favicon", "Failed to load resource", "WebSocket")
    caller.page.goto(f"{provider.url}/elsewhere")
    assert caller.page.evaluate(OPEN_SOCKET, socket) == "refused"


def test_nobody_shows_the_page_in_a_frame_unless_told(
    provider: ScriptedProvider, provider_app: RunningApp, caller_at: CallerFactory
) -> None:
    caller = caller_at(f"{provider.url}/frame".replace("127.0.0.1", "localhost"), own=True)
    frame_tag = f"<iframe src='{provider_app.url}'></iframe>"
    provider.answer_next("other", headers={"Content-Type": "text/html"}, body=frame_tag)
    caller.expects_problem("favicon", "Failed to load resource", "frame-ancestors", "Framing")
    caller.page.goto(caller.url)
    frame = caller.page.frames[-1]
    assert frame.parent_frame and frame.url.startswith("chrome-error:")
