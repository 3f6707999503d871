"""What benchmarks say of their samples."""

import pytest

from bench.figures import Spread, percentile, table, verdict


def test_a_median_lies_between_the_middle_samples() -> None:
    assert percentile([4.0, 1.0, 3.0, 2.0], 50) == 2.5


def test_a_percentile_lies_in_proportion_between_its_neighbours() -> None:
    assert percentile([float(n) for n in range(101)], 95) == 95
    assert percentile([0.0, 10.0], 95) == pytest.approx(9.5)


def test_the_ends_are_the_smallest_and_the_largest_sample() -> None:
    assert percentile([3.0, 1.0, 2.0], 0) == 1
    assert percentile([3.0, 1.0, 2.0], 100) == 3


def test_one_sample_is_its_own_median_and_p95() -> None:
    assert Spread.of([7.0]) == Spread(7.0, 7.0, 1)


def test_no_samples_are_an_error_rather_than_a_figure() -> None:
    with pytest.raises(ValueError):
        Spread.of([])


def test_a_table_has_its_numbers_on_the_right() -> None:
    assert table(("client", "ms"), [("ours", 3)]) == "| client | ms |\n| --- | --: |\n| ours | 3 |"


def test_a_figure_that_equals_its_aim_meets_it() -> None:
    assert verdict(0.6, 0.6) == "≤ 0.6: met"
    assert verdict(0.61, 0.6) == "≤ 0.6: **missed**"
