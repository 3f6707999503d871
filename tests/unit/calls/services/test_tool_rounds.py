from calls.services.tool_rounds import ROUNDS, SILENT_ROUNDS, ToolRounds


def replies(rounds: ToolRounds, count: int, *, has_words: bool = False) -> list[str | None]:
    """Go through rounds of tools; the replies that are to be asked for."""
    asked: list[str | None] = []
    for _ in range(count):
        rounds.finish_response(called_tools=True, has_words=has_words)
        asked.append(rounds.next_reply())
    return asked


def test_after_so_many_rounds_without_a_word_one_last_reply_is_asked_for_without_tools() -> None:
    asked = replies(ToolRounds(), SILENT_ROUNDS + 2)
    assert asked == ["any"] * (SILENT_ROUNDS - 1) + ["without tools", None, None]


def test_a_word_beside_the_tools_gives_more_rounds_but_not_any_number() -> None:
    asked = replies(ToolRounds(), ROUNDS + 1, has_words=True)
    assert asked == ["any"] * (ROUNDS - 1) + ["without tools", None]


def test_an_answer_without_tools_begins_the_count_anew() -> None:
    rounds = ToolRounds()
    replies(rounds, SILENT_ROUNDS)
    rounds.finish_response(called_tools=False, has_words=True)
    assert replies(rounds, 1) == ["any"]


def test_an_empty_response_begins_nothing_anew() -> None:
    rounds = ToolRounds()
    replies(rounds, SILENT_ROUNDS)
    rounds.finish_response(called_tools=False, has_words=False)
    assert rounds.is_last
