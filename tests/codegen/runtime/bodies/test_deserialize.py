"""Conversion of valid JSON values to Python types."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from pydantic import BaseModel, StrictInt, StrictStr, TypeAdapter, ValidationError

from accord.document.strict_json import strict_json
from accord.runtime.bodies.deserialize import deserializer
from accord.runtime.handlers.pydantic_base import Instant, Number


class Thing(BaseModel):
    count: StrictInt | StrictStr
    ratio: Number
    many: list[StrictInt] = []


class TestIntegers:
    @pytest.mark.parametrize("text", ["1e15", "1e16", "10000000000000000.0", "10000000000000000", "9.2e18", "1e300", "-1e16"])
    def test_are_the_same_however_they_are_written(self, text):
        thing = deserializer(Thing)(strict_json(f'{{"count": {text}, "ratio": 1, "many": [{text}]}}'.encode()))

        assert (type(thing.count), thing.count, thing.many) == (int, int(float(text)), [int(float(text))])

    def test_that_are_not_are_still_rejected(self):
        with pytest.raises(ValidationError):
            deserializer(Thing)({"count": 1.5, "ratio": 1e16})

    def test_are_floats_where_any_number_is_allowed(self):
        thing = deserializer(Thing)(strict_json(b'{"count": 1, "ratio": 1e16}'))

        assert (type(thing.ratio), thing.ratio) == (float, 1e16)


class TestInstants:
    @pytest.mark.parametrize(
        ("text", "instant"),
        [
            ("2016-12-31T23:59:60Z", datetime(2017, 1, 1, tzinfo=UTC)),
            ("9999-12-31T23:59:60Z", datetime(9999, 12, 31, 23, 59, 59, 999_999, UTC)),
            ("9999-12-31t23:59:60.5z", datetime(9999, 12, 31, 23, 59, 59, 999_999, UTC)),
            ("9999-12-31T22:59:60-01:00", datetime(9999, 12, 31, 23, tzinfo=timezone(timedelta(hours=-1)))),
        ],
    )
    def test_of_leap_seconds_are_the_next_ones_that_python_has(self, text, instant):
        assert TypeAdapter(Instant).validate_python(text) == instant
