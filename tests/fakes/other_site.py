"""A web site of another origin than the app's: one empty page, and the files of a folder."""

import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Self

PAGE = "<!doctype html><html lang='en'><meta charset='utf-8'><title>Another site</title><body></body></html>"


class _Handler(SimpleHTTPRequestHandler):
    extensions_map = SimpleHTTPRequestHandler.extensions_map | {".mjs": "text/javascript"}

    def log_message(self, *_args: object) -> None:
        """Print nothing."""


class OtherSite:
    """A running site, at an address that browsers give a microphone to."""

    def __init__(self, folder: Path) -> None:
        """Make the site.

        :param folder: gets the page, and whatever a test puts beside it
        """
        self.folder = folder
        (folder / "index.html").write_text(PAGE)
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, directory=str(folder)))
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def start(self) -> Self:
        threading.Thread(target=self._server.serve_forever, name="other site", daemon=True).start()
        return self

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
