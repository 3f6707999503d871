from engine.tts.pronounce import pronounceable


def test_urdu_digits_are_given_as_espeak_reads_them() -> None:
    assert pronounceable("فون ۱۲۳") == "فون 123"


def test_long_numbers_are_read_digit_by_digit_and_amounts_are_not() -> None:
    assert pronounceable("0800123456 اور 5000") == "0 8 0 0 1 2 3 4 5 6 اور 5000"


def test_marks_are_not_read_aloud() -> None:
    assert pronounceable("OPENAI_API_KEY") == "OPENAI API KEY"
    assert pronounceable("«ہو گیا»").strip() == "ہو گیا"
    assert "\0" not in pronounceable("a\0b")
