"""The form for the access code: a plain one, so that password managers know it."""

from nicegui import ui

from components.shared.text_node import TextNode
from components.shared.words import Words

LONGEST_CODE = 200


def sign_in_form(words: Words, action: str, problem: str | None, then: str) -> None:
    """Ask for the access code.

    :param action: where the form is posted, with `code`, `lang` and `then`
    :param then: the path of the page that the visitor came for
    :param problem: key of what was wrong with the last try
    """
    with ui.element("form").classes("sign-in").props(f'method=post action="{action}"'):
        TextNode("h2", words["sign_in.title"]).classes("sign-in__title")
        TextNode("label", words["sign_in.label"]).props("for=code")
        code = ui.element("input").classes("field__input")
        code.props(f"id=code name=code type=password maxlength={LONGEST_CODE} required autofocus dir=auto")
        code.props("autocomplete=current-password")
        ui.element("input").props(f"type=hidden name=lang value={words.language}")
        ui.element("input").props(f'type=hidden name=then value="{then}"')
        if problem:
            TextNode("p", words[f"sign_in.{problem}"]).classes("notice").props("role=alert")
        TextNode("button", words["sign_in.enter"]).classes("button button--start").props("type=submit")
