"""What is logged of an error."""

from realtime.error_place import where


def raised(error: BaseException) -> BaseException:
    try:
        raise error
    except BaseException as caught:  # noqa: BLE001 it is given to the test
        return caught


def test_kind_and_place_are_told_and_never_the_text() -> None:
    told = where(raised(ValueError("a caller's words")))
    assert told.startswith("ValueError in ") and "test_error_place.py:" in told
    assert "words" not in told


def test_of_a_group_the_first_error_is_told() -> None:
    group = raised(BaseExceptionGroup("a caller's words", [raised(KeyError("words"))]))
    assert where(group).startswith("KeyError in ")
