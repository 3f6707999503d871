import pytest

from transcripts.folding import folded


@pytest.mark.parametrize(
    ("written", "same"),
    [
        ("كيا", "کیا"),
        ("مَیں", "میں"),
        ("۰۳۰۰ ٤٥", "0300 45"),
        ("CARD", "card"),
        ("ﷲ", "اللہ"),
        ("a\u200cb", "ab"),
    ],
)
def test_different_spellings_fold_to_one_form(written: str, same: str) -> None:
    assert folded(written) == folded(same) == same
