"""Counts of made-up visitors and addresses do not stay in memory."""

from state.expiring_storage import ExpiringStorage


def test_a_count_that_is_over_is_forgotten_with_its_key() -> None:
    storage = ExpiringStorage(sweep_seconds=0)
    for number in range(1000):
        assert storage.acquire_entry(f"visitor {number}", limit=10, expiry=0)
    assert len(storage.events) <= 2
    assert len(storage.locks) <= 2


def test_a_count_that_goes_on_still_holds() -> None:
    storage = ExpiringStorage(sweep_seconds=0)
    assert storage.acquire_entry("busy", limit=1, expiry=3600)
    for number in range(100):
        storage.acquire_entry(f"visitor {number}", limit=10, expiry=0)
    assert not storage.acquire_entry("busy", limit=1, expiry=3600)


def test_keys_are_not_looked_through_at_every_entry() -> None:
    storage = ExpiringStorage()
    for number in range(10):
        storage.acquire_entry(f"visitor {number}", limit=10, expiry=0)
    assert len(storage.events) == 10
