"""An element that changes past NiceGUI's tree, of which each change renders the whole page: up to 15 ms."""

from typing import Any

from nicegui import ui


class LiveElement(ui.element, dependencies=["live.js"]):
    """Its JavaScript draws its props, and over them what `draw` told last."""

    def draw(self, **told: Any) -> None:
        """Show these values of its props from now on; equal ones are not sent."""
        if any(self._props.get(name) != value for name, value in told.items()):
            with self._props.suspend_updates():
                self._props.update(told)  # a page that is yet to be sent begins with them
            self.run_method("draw", told)
