"""Where the browser gives no microphone because of the page's address or frame: the ways to one that does."""

from urllib.parse import urlsplit

from nicegui import ui

from components.shared.text_node import TextNode
from components.shared.words import Words

OBSTACLES = ("insecure_origin", "frame_without_microphone")
FLAG = "chrome://flags/#unsafely-treat-insecure-origin-as-secure"


class MicrophoneHelp(ui.element):
    """Hidden until the browser says which obstacle there is."""

    def __init__(self, words: Words, page_url: str) -> None:
        """Create the microphone help.

        :param page_url: the page's address as the server sees it
        """
        super().__init__("div")
        self._words = words
        self._url = urlsplit(page_url)
        self._shown: str | None = None
        self.classes("microphone-help").props("hidden")

    def show(self, obstacle: str) -> None:
        """Explain the obstacle, once."""
        if obstacle == self._shown:
            return
        self._shown = obstacle
        self.props(remove="hidden").props(f"data-obstacle={obstacle}")
        self.clear()
        with self:
            TextNode("h2", self._words["microphone_help.title"]).classes("microphone-help__title")
            TextNode("p", self._words[f"microphone_help.{obstacle}"])
            if obstacle == "insecure_origin":
                self._secure_addresses()
            else:
                # A relative address is right behind any proxy: it is the one the frame was opened with.
                self._link(
                    self._words["microphone_help.new_tab"], f"?lang={self._words.language}", new_tab=True
                )

    def _secure_addresses(self) -> None:
        local = f"http://localhost:{self._url.port or 80}/"
        origin = f"{self._url.scheme}://{self._url.netloc}"
        with ui.element("ul").classes("microphone-help__list"):
            with ui.element("li"):
                self._link(self._words["microphone_help.https"], f"https://{self._url.hostname}/")
            with ui.element("li"):
                TextNode("span", self._words["microphone_help.localhost"] + " ")
                self._link(local, local)
            with ui.element("li"):
                TextNode("span", self._words("microphone_help.flag", origin=origin))
                TextNode("code", FLAG).props("dir=ltr")

    def _link(self, text: str, href: str, *, new_tab: bool = False) -> None:
        link = TextNode("a", text)
        link.props["href"] = href
        if new_tab:
            link.props("target=_blank rel=noopener")
