# ruff: noqa: ARG001 - mypy's faults are what this file is about
"""Handlers that fit."""

from collections.abc import AsyncIterator
from typing import Literal

from made import models, rows
from made.operations import AddNote, AddPicture, GetReport, ReplaceReport

from app.engine.call import Call, Principal, Public, SignedIn
from app.engine.files import File
from app.engine.responses import Event


@GetReport
async def get_report(
    call: SignedIn, year: int, accept: Literal["application/json", "text/csv"]
) -> GetReport.OK | GetReport.OKCsv | GetReport.Accepted | GetReport.ClientError | GetReport.Default:
    if year == 0:
        return GetReport.ClientError(models.Error(message="There was none."), status=404)
    if year == 1:
        return GetReport.Default(status=503)
    if year == 2:
        return GetReport.Accepted()
    if accept == "text/csv":
        return GetReport.OKCsv("rows\n1\n", x_rows=1)
    return GetReport.OK(rows.ReportRow(id=1, rows=1), x_rows=1)


@ReplaceReport
async def replace_report(
    call: SignedIn, year: int, body: models.Report | models.ReplaceReportBody | None
) -> ReplaceReport.NoContent:
    if isinstance(body, models.ReplaceReportBody):
        size = len(body.sheet.content)
        assert size >= 0
    return ReplaceReport.NoContent()


@AddPicture
async def add_picture(call: Call[Principal | None], body: File) -> AddPicture.OK:
    return AddPicture.OK(body.content, media_type=body.media_type)


@AddNote
async def add_note(call: Public, body: str) -> AddNote.OK:
    async def events() -> AsyncIterator[Event]:
        yield Event(data=body)

    return AddNote.OK(events())
