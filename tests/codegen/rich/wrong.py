# ruff: noqa: ARG001 - mypy's faults are what this file is about
"""Handlers that do not fit: every line marked `# wrong:` is an error, and no other line is."""

from typing import Literal, TypeAlias

from made import models, rows
from made.operations import AddNote, AddPicture, GetReport, ReplaceReport

from app.engine.call import Public, SignedIn
from app.engine.files import File

Accept: TypeAlias = Literal["application/json", "text/csv"]


@GetReport
async def h4(call: SignedIn, year: int, accept: Accept) -> GetReport.ClientError:
    return GetReport.ClientError(models.Error(message="x"), status=500)  # wrong: a status outside the range


@GetReport
async def h5(call: SignedIn, year: int, accept: Accept) -> GetReport.ClientError:
    return GetReport.ClientError(models.Error(message="x"))  # wrong: a range without its status


@GetReport
async def h6(call: SignedIn, year: int, accept: Accept) -> GetReport.OKCsv:
    return GetReport.OKCsv({"rows": 1}, x_rows=1)  # wrong: a text is answered there


@GetReport
async def h7(call: SignedIn, year: int, accept: Accept) -> GetReport.OK:
    return GetReport.OK(rows.ReportRow(id=1, rows=1))  # wrong: the header is missing


@GetReport
async def h8(call: SignedIn, year: int, accept: Accept) -> GetReport.OK:
    return GetReport.OK(rows.ReportRow(id=1, rows=1), x_rows="1")  # wrong: the type of the header


@GetReport
async def h9(call: SignedIn, year: int, accept: Accept) -> GetReport.OK:
    return GetReport.OK(models.Report(rows=1), x_rows=1)  # wrong: what clients send lacks what they read


@GetReport
async def h10(call: SignedIn, year: int, accept: Accept) -> GetReport.OK:
    return GetReport.OK(rows.ReportRow(rows=1), x_rows=1)  # wrong: a member is missing


@GetReport
async def h11(call: SignedIn, year: int, accept: Accept) -> GetReport.OK:
    return GetReport.OK(rows.ReportRow(id=None, rows=1), x_rows=1)  # wrong: None for what is never null


@GetReport
async def h12(call: SignedIn, year: int, accept: Accept) -> GetReport.Accepted:
    return GetReport.Accepted("later")  # wrong: a body where there is none


@GetReport
async def h13(call: SignedIn, year: int, accept: Accept) -> GetReport.OK:
    return GetReport.OKCsv("x", x_rows=1)  # wrong: another answer than it says


@GetReport  # wrong: the media type is not asked for
async def h1(call: SignedIn, year: int) -> GetReport.OK:
    raise NotImplementedError


@GetReport  # wrong: a media type that is not documented
async def h2(call: SignedIn, year: int, accept: Literal["application/json"]) -> GetReport.OK:
    raise NotImplementedError


@GetReport  # wrong: an answer of another operation
async def h3(call: SignedIn, year: int, accept: Accept) -> ReplaceReport.NoContent:
    raise NotImplementedError


@ReplaceReport  # wrong: a body that may be absent
async def h14(call: SignedIn, year: int, body: models.Report | models.ReplaceReportBody) -> ReplaceReport.NoContent:
    raise NotImplementedError


@ReplaceReport  # wrong: one of the media types only
async def h15(call: SignedIn, year: int, body: models.Report | None) -> ReplaceReport.NoContent:
    raise NotImplementedError


@AddPicture  # wrong: nobody need have signed in
async def h16(call: SignedIn, body: bytes) -> AddPicture.OK:
    raise NotImplementedError


@AddPicture  # wrong: bytes without their media type
async def h17(call: Public, body: bytes) -> AddPicture.OK:
    raise NotImplementedError


@AddNote
async def h18(call: Public, body: str) -> AddNote.OK:
    return AddNote.OK(body)  # wrong: events come one by one


@AddNote  # wrong: a text is no file
async def h19(call: Public, body: File) -> AddNote.OK:
    raise NotImplementedError


@AddNote  # wrong: not async
def h20(call: Public, body: str) -> AddNote.OK:
    raise NotImplementedError


def secret(report: rows.ReportRow) -> object:
    return report.secret  # wrong: what is only written is in no answer


def identity(report: models.Report) -> object:
    return report.id  # wrong: what is only read is in no request
