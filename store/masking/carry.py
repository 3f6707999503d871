"""Finds numbers that a caller says over several utterances."""

from collections import deque
from collections.abc import Iterator, Sequence

from store.masking.numbers import carried_groups
from store.masking.utterance import Run, Utterance

CARRY_MS = 10_000
"""After the end of an utterance with digits, its number may go on for so long."""
CARRY_UTTERANCES = 4
"""Where times are absent: so many utterances of the caller later at most."""
WINDOW = 32
"""Utterances that are looked at together."""
SHORTEST_REPEAT = 4
"""Digits of an agent's utterance that are taken for a repetition of the caller's."""

Part = tuple[Utterance, Run]


class Carry:
    """The numbers over several utterances of one conversation.

    It is fed in order, and again when a text changes.
    """

    def __init__(self) -> None:
        self._window: deque[Utterance] = deque(maxlen=WINDOW)
        self._seen: set[str] = set()
        self._hidden: dict[str, set[tuple[int, int]]] = {}

    def hidden(self, item_id: str) -> set[tuple[int, int]]:
        """Return the parts of an item to hide: first character and the one behind the last."""
        return self._hidden.get(item_id, set())

    def feed(self, said: Utterance) -> set[str]:
        """Add an utterance, or replace the one of this id; one that left the window changes nothing any more.

        :return: the ids of the items of which more is to be hidden than before
        """
        before = self._put(said)
        if before and before.runs != said.runs:
            self._hidden.pop(said.item_id, None)
        return self._evaluate() if said.runs else set()

    def _put(self, said: Utterance) -> Utterance | None:
        for place, each in enumerate(self._window):
            if each.item_id == said.item_id:
                self._window[place] = said
                return each
        if said.item_id not in self._seen:
            self._seen.add(said.item_id)
            self._window.append(said)
        return None

    def _evaluate(self) -> set[str]:
        changed = set()
        for chain in _chains(self._window):
            for item_id, span in [*_spans(chain), *self._repeats(chain)]:
                spans = self._hidden.setdefault(item_id, set())
                if span not in spans:
                    spans.add(span)
                    changed.add(item_id)
        return changed

    def _repeats(self, chain: Sequence[Part]) -> Iterator[tuple[str, tuple[int, int]]]:
        """Yield what the agent repeats of a hidden number, until the utterance after it."""
        if not any(_spans(chain)):
            return
        number = "".join(group.digits for _, run in chain for group in run)
        order = list(self._window)
        first, last = order.index(chain[0][0]), order.index(chain[-1][0])
        for each in order[first : last + 2]:
            for run in () if each.is_caller else each.runs:
                digits = "".join(group.digits for group in run)
                if len(digits) >= SHORTEST_REPEAT and digits in number:
                    yield each.item_id, (run[0].start, run[-1].end)


def _chains(utterances: Sequence[Utterance] | deque[Utterance]) -> Iterator[list[Part]]:
    """Yield the runs that may together be one number, where they are in more than one utterance."""
    chain: list[Part] = []
    later = 0
    for each in (each for each in utterances if each.is_caller):
        later += 1
        if not each.runs:
            continue
        if chain and each.goes_on and _is_near(chain[-1][0], each, later):
            chain.append((each, each.runs[0]))
        if not (chain and chain[-1][0] is each and len(each.runs) == 1 and each.stays_open):
            yield from [chain] if len(chain) > 1 else []
            chain = [(each, each.runs[-1])] if each.stays_open else []
        later = 0
    yield from [chain] if len(chain) > 1 else []


def _is_near(before: Utterance, after: Utterance, later: int) -> bool:
    ended_ms = before.start_ms if before.end_ms is None else before.end_ms
    if ended_ms is None or after.start_ms is None:
        return later <= CARRY_UTTERANCES
    return after.start_ms - ended_ms <= CARRY_MS


def _spans(chain: Sequence[Part]) -> Iterator[tuple[str, tuple[int, int]]]:
    owners = [(said.item_id, group) for said, run in chain for group in run]
    for place in carried_groups([group for _, group in owners]):
        item_id, group = owners[place]
        yield item_id, (group.start, group.end)
