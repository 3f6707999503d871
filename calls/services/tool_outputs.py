"""Texts that an agent gets back from a tool, and what such a text says came of the call.

Every failure is an answer that the agent can pass on politely; no error text of ours leaves the server.
"""

import json
from typing import Any, Literal

MAX_OUTPUT_BYTES = 16 * 1024
"""Bytes of one output. It is billed input of every later response, and travels through the caller's page."""
CUT = "\n[Cut here: the whole output is too long. Use what stands above, or ask the tool for less.]"

SENTENCES = {
    "unknown_tool": {
        "en": "This service is not available here.",
        "ur": "یہ سہولت یہاں دستیاب نہیں۔",
    },
    "controlled_only": {
        "en": "For safety this can only be done in a verified call. A branch or the helpline can help.",
        "ur": "حفاظت کی خاطر یہ کام صرف محفوظ کال میں ہو سکتا ہے۔ شاخ یا ہیلپ لائن سے رابطہ کیجیے۔",
    },
    "too_many": {
        "en": "That was asked too often; please wait a minute.",
        "ur": "یہ بہت بار پوچھا گیا؛ براہِ کرم ایک منٹ انتظار کیجیے۔",
    },
    "bad_arguments": {
        "en": "Some of the details are missing or not in the right form; please ask for them again.",
        "ur": "کچھ معلومات نامکمل یا غلط شکل میں ہیں؛ براہِ کرم دوبارہ پوچھیے۔",
    },
    "timed_out": {
        "en": "The system did not answer in time. It is not certain whether this was done; please check.",
        "ur": "نظام نے بروقت جواب نہیں دیا۔ معلوم نہیں کہ کام ہوا یا نہیں؛ براہِ کرم تصدیق کر لیجیے۔",
    },
    "failed": {
        "en": "Something went wrong on our side; please try again a little later.",
        "ur": "ہماری طرف کچھ خرابی ہوئی؛ براہِ کرم تھوڑی دیر بعد کوشش کیجیے۔",
    },
}

Outcome = Literal["done", "failed", "limited", "timed_out", "refused"]
_OUTCOMES: dict[object, Outcome] = {
    "too_many": "limited",
    "timed_out": "timed_out",
    "failed": "failed",
    "bad_arguments": "failed",
    "unknown_tool": "failed",
    None: "failed",
}
"""What the codes of error outputs stand for; any other code is a refusal."""


def apology(code: str, language: str, **more: Any) -> str:
    """Return the output that tells the agent of a failure.

    :param code: a key of `SENTENCES`
    :param language: ISO 639 code of what the agent speaks
    """
    sentences = SENTENCES[code]
    return error_output(code, sentences.get(language, sentences["en"]), **more)


def error_output(code: str, sentence: str, **more: Any) -> str:
    """Return the output of a tool that did not do what it was asked to.

    :param sentence: what the agent may tell the caller
    """
    return json.dumps({"error": sentence, "code": code, **more}, ensure_ascii=False)


def bounded(output: str) -> str:
    """Return an output of at most `MAX_OUTPUT_BYTES`; one that is cut ends with a note to the agent."""
    whole = output.encode("utf-8", "replace")
    if len(whole) <= MAX_OUTPUT_BYTES:
        return output
    return whole[: MAX_OUTPUT_BYTES - len(CUT)].decode("utf-8", "ignore") + CUT


def outcome_of(output: str | None) -> Outcome:
    """Return what an output says came of its call."""
    if output is None or not output.startswith('{"error"'):
        return "done"
    try:
        told = json.loads(output)
    except (ValueError, RecursionError):
        return "done"
    code = told.get("code")
    return _OUTCOMES.get(code if isinstance(code, str) else None, "refused")
