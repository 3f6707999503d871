"""Which language a page speaks: as its address asks, else as the browser likes, else as its persona says."""

from starlette.requests import Request

from agents.persona import Persona
from components.shared.words import LANGUAGES, Words


def page_words(request: Request, persona: Persona) -> Words:
    """Return the words in the language that a request asks for."""
    asked = request.query_params.get("lang")
    preferred = preferred_language(request.headers.get("accept-language", ""))
    return Words(asked or preferred or persona.page_language or "")


def preferred_language(header: str) -> str | None:
    """Return our language that an `Accept-Language` header (RFC 9110 §12.5.4) prefers; None if it names none.

    :param header: such as `ur-PK,ur;q=0.9,en;q=0.8`
    """
    liked: dict[str, float] = {}
    for entry in header.split(","):
        tag, _, weight = entry.partition(";q=")
        language = tag.strip().lower().partition("-")[0]
        if language in LANGUAGES:
            liked[language] = max(_number(weight), liked.get(language, 0))
    best = max(liked, key=lambda language: liked[language], default=None)
    return best if best and liked[best] > 0 else None


def _number(weight: str) -> float:
    try:
        return float(weight) if weight.strip() else 1.0
    except ValueError:
        return 0.0
