from calls.tickets import TICKET_SECONDS, TicketStore


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_token_lets_its_call_through_once() -> None:
    book = TicketStore(Clock())
    token = book.issue("call_a")
    assert book.redeem(token) == "call_a"
    assert book.redeem(token) is None


def test_tokens_of_two_calls_are_not_mixed_up() -> None:
    book = TicketStore(Clock())
    first, second = book.issue("call_a"), book.issue("call_b")
    assert (book.redeem(second), book.redeem(first)) == ("call_b", "call_a")


def test_a_new_token_takes_the_place_of_the_calls_earlier_one() -> None:
    book = TicketStore(Clock())
    first, other, second = book.issue("call_a"), book.issue("call_b"), book.issue("call_a")
    assert [book.redeem(token) for token in (first, other, second)] == [None, "call_b", "call_a"]


def test_a_token_that_was_never_issued_opens_nothing() -> None:
    assert TicketStore(Clock()).redeem("") is None
    assert TicketStore(Clock()).redeem("guess") is None


def test_a_token_dies_after_a_minute() -> None:
    clock = Clock()
    book = TicketStore(clock)
    token = book.issue("call_a")
    clock.now += TICKET_SECONDS
    assert book.redeem(token) is None
