import pytest

from access.passwords import hash_password, is_password


def test_only_the_hashed_password_fits() -> None:
    hashed = hash_password("گفتگو 1")
    assert is_password("گفتگو 1", hashed)
    assert not is_password("گفتگو 2", hashed)
    assert not is_password("", hashed)


def test_two_hashes_of_one_password_differ() -> None:
    assert hash_password("x") != hash_password("x")


@pytest.mark.parametrize("hashed", ["", "x", "scrypt$$", "scrypt$a$b", "md5$YQ==$YQ==", "a$b$c$d"])
def test_what_is_no_hash_lets_nobody_in(hashed: str) -> None:
    assert not is_password("", hashed)
    assert not is_password("x", hashed)
