"""What the generator writes for `gallery.yaml`, by hand."""

from __future__ import annotations

from pathlib import Path
from typing import final

import msgspec

from accord.runtime.handlers.binding import Operation
from accord.runtime.responses import statuses
from accord.runtime.responses.types import Binary, Body, Empty, Events, Lines, Text

DOCUMENT = Path(__file__).with_name("gallery.yaml")


@final
class ReportRow(msgspec.Struct):
    rows: int


@final
class ErrorRow(msgspec.Struct):
    message: str


class GetReport(Operation):
    operation_id = "getReport"

    class OK(Body[ReportRow], kw_only=True):
        status = 200
        media = "application/json"
        headers = (("x_rows", "X-Rows"),)
        x_rows: int

    class OKCsv(Text, kw_only=True):
        status = 200
        media = "text/csv"
        headers = (("x_rows", "X-Rows"),)
        x_rows: int

    class OKJsonVersion2(Body[list[int]], kw_only=True):
        status = 200
        media = "application/json;version=2"
        headers = (("x_rows", "X-Rows"),)
        x_rows: int

    class Accepted(Empty, kw_only=True):
        status = 202
        headers = (("retry_after", "Retry-After"),)
        retry_after: int

    class NotFound(Body[ErrorRow]):
        status = 404

    class ClientError(Body[ErrorRow], kw_only=True):
        key = "4XX"
        status: statuses.ClientError

    class Default(Empty, kw_only=True):
        key = "default"
        status: statuses.Default


class GetNote(Operation):
    operation_id = "getNote"

    class OK(Text):
        status = 200


class GetPicture(Operation):
    operation_id = "getPicture"

    class OK(Binary, kw_only=True):
        status = 200
        media_type: str


class GetAnything(Operation):
    operation_id = "getAnything"

    class OK(Body[ReportRow], kw_only=True):
        status = 200
        media_type: str = "application/json"


class GetEvents(Operation):
    operation_id = "getEvents"

    class OK(Events):
        status = 200


class GetLines(Operation):
    operation_id = "getLines"

    class OK(Lines[ReportRow]):
        status = 200


class GetElsewhere(Operation):
    operation_id = "getElsewhere"

    class Redirection(Empty, kw_only=True):
        key = "3XX"
        headers = (("location", "Location"),)
        status: statuses.Redirection
        location: str


OPERATIONS = (GetReport, GetNote, GetPicture, GetAnything, GetEvents, GetLines, GetElsewhere)
