"""Token counts for `response.done`: estimates by the API's published rates, nothing is billed."""

import json
import math
from typing import Any

from engine.session.items import Item

BYTES_PER_TOKEN = 4
OUTPUT_MS_PER_TOKEN = 50


def text_tokens(text: str) -> int:
    """Four bytes of UTF-8 a token, rounded up."""
    return math.ceil(len(text.encode()) / BYTES_PER_TOKEN)


def usage(
    instructions: str, items: list[Item], input_audio_tokens: int, text: str, audio_ms: int
) -> dict[str, Any]:
    """`response.usage`.

    :param text: everything the response put out in words
    :param audio_ms: length of what it spoke
    """
    text_in = text_tokens(instructions) + sum(text_tokens(_words(item)) for item in items)
    text_out, audio_out = text_tokens(text), math.ceil(audio_ms / OUTPUT_MS_PER_TOKEN)
    total_in, total_out = text_in + input_audio_tokens, text_out + audio_out
    return {
        "total_tokens": total_in + total_out,
        "input_tokens": total_in,
        "output_tokens": total_out,
        "input_token_details": {
            "text_tokens": text_in,
            "audio_tokens": input_audio_tokens,
            "image_tokens": 0,
            "cached_tokens": 0,
            "cached_tokens_details": {"text_tokens": 0, "audio_tokens": 0, "image_tokens": 0},
        },
        "output_token_details": {"text_tokens": text_out, "audio_tokens": audio_out},
    }


def _words(item: Item) -> str:
    if item["type"] != "message":
        return json.dumps(item, ensure_ascii=False)
    return " ".join(part.get("text") or part.get("transcript") or "" for part in item["content"])
