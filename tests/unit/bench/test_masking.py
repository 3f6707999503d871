import pytest

from bench.masking import SOURCES, score_of

RECALL = {"lists": 1.0, "independent": 0.98, "blind": 0.96}
STAYED = {"lists": 1.0, "independent": 0.98, "blind": 0.98}
SENTENCES = {"lists": 150, "independent": 150, "blind": 99}
"""Of each kind at least."""


@pytest.mark.parametrize("source", SOURCES)
def test_masking_finds_as_much_of_the_corpus_as_it_did(source: str) -> None:
    score = score_of(source)
    assert score.recall >= RECALL[source], score.leaking
    assert score.stayed >= STAYED[source] and score.precision >= STAYED[source], score.changed


@pytest.mark.parametrize("source", SOURCES)
def test_each_part_of_the_corpus_is_large_enough(source: str) -> None:
    score = score_of(source)
    assert score.hidden + len(score.leaking) >= SENTENCES[source]
    assert score.unchanged + len(score.changed) >= SENTENCES[source]
