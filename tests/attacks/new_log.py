"""Log lines of an app since a moment."""

from tests.fakes.running_app import RunningApp


class NewLog:
    """Lines that an app has logged since this object was made."""

    def __init__(self, app: RunningApp) -> None:
        self._app = app
        self._start = len(app.log)

    @classmethod
    def of(cls, app: RunningApp) -> "NewLog":
        """Return everything that the app has logged since its start."""
        log = cls(app)
        log._start = 0
        return log

    @property
    def lines(self) -> list[str]:
        return self._app.log[self._start :].splitlines()

    def holding(self, text: str) -> list[str]:
        """Return the lines that hold a text, cut, so that a failing test prints few of them."""
        return [line[:200] for line in self.lines if text in line][:5]

    @property
    def tracebacks(self) -> list[str]:
        """Return the first line after each traceback begins, which says where."""
        lines = self.lines
        found = [number for number, line in enumerate(lines) if line.startswith("Traceback")]
        return [" ".join(lines[max(0, number - 1) : number + 2])[:300] for number in found][:5]
