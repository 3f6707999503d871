"""Bounded memory of what was seen lately."""

from realtime.recent import RecentDict, RecentIds


def test_the_oldest_ids_are_forgotten() -> None:
    ids = RecentIds(2)
    assert [ids.add(each) for each in ("a", "b", "a", "c")] == [True, True, False, True]
    assert ("a" in ids, "b" in ids, "c" in ids, len(ids)) == (False, True, True, 2)


def test_ids_can_be_forgotten_on_purpose() -> None:
    ids = RecentIds(5)
    ids.add("a")
    ids.discard("a")
    ids.discard("never seen")
    assert not ids
    ids.add("b")
    ids.clear()
    assert len(ids) == 0


def test_a_new_value_of_a_known_key_forgets_nothing() -> None:
    values: RecentDict[int] = RecentDict(2)
    for key, value in (("a", 1), ("b", 2), ("a", 3)):
        values[key] = value
    assert values == {"a": 3, "b": 2}
    values["c"] = 4
    assert list(values) == ["b", "c"]
