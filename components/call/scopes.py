"""Pictures of sound: two traces that `scopes.js` draws; no sample leaves the browser."""

from nicegui import ui

from components.shared.words import Words

LABELS = ("local", "remote", "local_trace", "remote_trace")


class Scopes(
    ui.element,
    component="scopes.js",
    dependencies=["scope.js", "scope_switch.js"],
):
    """The sound of the caller and of the agent, shown and hidden by the row of tools."""

    def __init__(self, words: Words) -> None:
        super().__init__()
        self._props["words"] = {name: words[f"scopes.{name}"] for name in LABELS}
