from engine.session.usage import text_tokens, usage

ITEMS = [{"type": "message", "content": [{"type": "input_text", "text": "abcdefgh"}]}]


def test_text_counts_four_bytes_a_token() -> None:
    assert [text_tokens(text) for text in ("", "abcd", "abcde", "سلام")] == [0, 1, 2, 2]


def test_audio_out_counts_a_token_each_50_ms_and_sums_hold() -> None:
    counted = usage("abcd", ITEMS, 10, "abcd", 1020)
    assert counted["input_token_details"]["text_tokens"] == 3
    assert counted["input_token_details"]["audio_tokens"] == 10
    assert counted["output_token_details"] == {"text_tokens": 1, "audio_tokens": 21}
    assert counted["input_tokens"] == 13
    assert counted["output_tokens"] == 22
    assert counted["total_tokens"] == 35


def test_a_spoken_item_without_words_and_a_function_call_can_be_counted() -> None:
    spoken = {"type": "message", "content": [{"type": "input_audio", "transcript": None}]}
    call = {"type": "function_call", "name": "f", "arguments": "{}"}
    assert usage("", [spoken, call], 0, "", 0)["input_tokens"] > 0
