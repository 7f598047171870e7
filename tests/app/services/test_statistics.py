"""Quantiles of a histogram, which are estimated as Prometheus does."""

from __future__ import annotations

import pytest

from app.services.statistics import quantile

BOUNDS = (1.0, 2.0, 4.0)


@pytest.mark.parametrize(
    ("share", "buckets", "expected"),
    [
        (0.5, (10, 0, 0, 0), 0.5),  # within a bucket: linear, from 0
        (0.5, (10, 0, 10, 0), 1.0),  # the bound between two
        (0.75, (10, 0, 10, 0), 3.0),  # empty buckets are skipped
        (0.95, (0, 0, 20, 0), 3.9),
        (1.0, (5, 5, 0, 0), 2.0),
        (0.95, (0, 0, 0, 1), 4.0),  # beyond the last bound: that bound
        (0.5, (0, 3, 0, 4), 4.0),
    ],
)
def test_a_quantile_is_interpolated_within_its_bucket(share, buckets, expected):
    assert quantile(share, BOUNDS, buckets) == pytest.approx(expected)
