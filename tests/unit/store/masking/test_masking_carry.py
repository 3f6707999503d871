"""Numbers over several utterances."""

import pytest

from store.masking.carry import CARRY_MS, CARRY_UTTERANCES, WINDOW, Carry
from store.masking.utterance import EDGE_CHARS, utterance


class Talk:
    """Utterances one after another, and what is hidden of them."""

    def __init__(self) -> None:
        self.carry = Carry()
        self.texts: dict[str, str] = {}

    def caller(self, text: str, start_ms: float | None = None, item_id: str | None = None) -> set[str]:
        return self._say(text, start_ms, item_id, is_caller=True)

    def agent(self, text: str, start_ms: float | None = None) -> set[str]:
        return self._say(text, start_ms, None, is_caller=False)

    def _say(self, text: str, start_ms: float | None, item_id: str | None, *, is_caller: bool) -> set[str]:
        item_id = item_id or f"i{len(self.texts)}"
        self.texts[item_id] = text
        end_ms = None if start_ms is None else start_ms + 1000
        return self.carry.feed(
            utterance(item_id, text, is_caller=is_caller, start_ms=start_ms, end_ms=end_ms)
        )

    def digits(self) -> str:
        """All digits that are not hidden."""
        kept = ""
        for item_id, text in self.texts.items():
            spans = self.carry.hidden(item_id)
            kept += "".join(
                each
                for place, each in enumerate(text)
                if each.isdigit() and not any(first <= place < last for first, last in spans)
            )
        return kept


@pytest.mark.parametrize("step_ms", [None, 3000])
def test_a_card_said_over_four_utterances_is_hidden_in_all_of_them(step_ms: int | None) -> None:
    talk = Talk()
    for place, said in enumerate(["my card is 4111", "then 1111", "and the rest is 1111", "1111 okay"]):
        changed = talk.caller(said, None if step_ms is None else step_ms * place)
    assert changed == {"i0", "i1", "i2", "i3"}
    assert not talk.digits()


def test_what_the_agent_says_between_ends_no_number_and_its_repetition_is_hidden_too() -> None:
    talk = Talk()
    talk.caller("4111 1111", 0)
    talk.agent("4111 1111, go on; it takes 15 minutes", 2000)
    talk.caller("1111 1111", 4000)
    assert talk.digits() == "15"


@pytest.mark.parametrize(
    "parts",
    [["0300", "123", "4567"], ["صفر تین صفر صفر", "ایک دو تین چار", "پانچ چھ سات"], ["35202", "1234567 1"]],
)
def test_phones_cnics_and_words_are_carried(parts: list[str]) -> None:
    talk = Talk()
    changed = [talk.caller(part, 2000 * place) for place, part in enumerate(parts)]
    assert changed[-1]
    assert not talk.digits()


def test_a_number_ends_after_ten_seconds_without_digits() -> None:
    talk = Talk()
    talk.caller("4111 1111", 0)
    assert not talk.caller("1111 1111", 1000 + CARRY_MS + 1)


def test_without_times_a_number_goes_on_over_four_utterances_of_the_caller() -> None:
    for between, hidden in ((CARRY_UTTERANCES - 1, True), (CARRY_UTTERANCES, False)):
        talk = Talk()
        talk.caller("4111 1111")
        for _ in range(between):
            talk.caller("wait please")
        assert bool(talk.caller("1111 1111")) is hidden


@pytest.mark.parametrize(
    "parts",
    [
        ["my PIN is 1234", "branch 0456", "the OTP is 482913"],
        ["500000", "12 months", "25 years", "50000 salary"],
        ["2500000 روپے", "12 لاکھ", "300000 روپے"],
        ["in 1947", "then 1965", "1971", "and 1999"],
        ["Rs 2,500,000", "1,250,000"],
        ["4111 1111 is what I read here on my old card", "1111 1111"],
    ],
)
def test_other_numbers_in_a_row_stay(parts: list[str]) -> None:
    talk = Talk()
    assert not any([talk.caller(part, 2000 * place) for place, part in enumerate(parts)])


def test_a_corrected_text_is_evaluated_again() -> None:
    talk = Talk()
    talk.caller("4111 1111", 0, "a")
    talk.caller("okay", 2000, "b")
    assert talk.caller("1111 1111", 2000, "b") == {"a", "b"}
    talk.caller("okay", 2000, "b")
    assert not talk.carry.hidden("b")


def test_what_is_hidden_stays_hidden_when_the_conversation_goes_on() -> None:
    talk = Talk()
    talk.caller("4111 1111")
    talk.caller("1111")
    talk.caller("1111")
    for _ in range(WINDOW):
        talk.caller("room 12")
    assert "4111" not in talk.digits()


def test_only_the_edges_of_a_long_utterance_are_looked_at() -> None:
    prose = "word " * EDGE_CHARS
    said = utterance("a", f"1111 {prose} 0456 {prose} 4111", is_caller=True)
    assert [group.digits for run in said.runs for group in run] == ["1111", "4111"]
    assert said.runs[1][0].start == 5 + 2 * len(prose) + 7
