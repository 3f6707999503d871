from hypothesis import given
from hypothesis import strategies as st

from realtime.conversation.changes import ItemAdded, ItemMoved
from realtime.conversation.ordering import Ordering


def test_an_item_that_says_nothing_waits_at_the_end() -> None:
    order = Ordering()
    order.show("a")
    assert order.show("b") == ItemAdded("b", "a")


def test_a_predecessor_that_comes_late_moves_nobody_who_stands_right_already() -> None:
    order = Ordering()
    order.show("a")
    assert order.place_after("c", "b") == []
    order.show("c")
    assert order.place_after("b", "a") == []
    assert order.show("b") == ItemAdded("b", "a")
    assert list(order) == ["a", "b", "c"]


def test_an_item_may_be_inserted_between_two_others() -> None:
    order = Ordering()
    for item_id, previous in (("a", None), ("c", "a"), ("b", "a")):
        order.show(item_id)
        order.place_after(item_id, previous)
    assert list(order) == ["a", "b", "c"]


def test_the_latest_word_on_where_an_item_stands_counts() -> None:
    order = Ordering()
    for item_id, previous in (("a", None), ("b", "a"), ("c", "b")):
        order.place_after(item_id, previous)
        order.show(item_id)
    assert order.place_after("c", "a") == [ItemMoved("c", "a")]
    assert list(order) == ["a", "c", "b"]


@given(st.integers(1, 12).flatmap(lambda count: st.permutations(range(count))))
def test_a_chain_told_in_any_order_comes_out_in_its_own(told: list[int]) -> None:
    order = Ordering()
    for number in told:
        order.place_after(str(number), str(number - 1) if number else None)
        order.show(str(number))
    assert list(order) == [str(number) for number in range(len(told))]


CLAIM = st.tuples(
    st.sampled_from("abcdef"), st.none() | st.sampled_from(["a", "b", "c", "d", "e", "f", "root"])
)


@given(st.lists(CLAIM, max_size=30))
def test_no_claims_however_contradictory_lose_or_double_an_item(claims: list[tuple[str, str | None]]) -> None:
    order = Ordering()
    for item_id, previous in claims:
        order.show(item_id)
        order.place_after(item_id, previous)
    assert sorted(order) == sorted({item_id for item_id, _ in claims})
