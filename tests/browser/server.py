"""The pages alone, with the one operation that the browser tries."""

from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from app.engine import pages
from app.engine.description import Description
from app.engine.document import Document

document = Document.load(Path(__file__).parents[2] / "openapi.yaml")


async def health(_: Request) -> Response:
    return JSONResponse({"status": "ok"})


app = Starlette(routes=[*pages.routes(document, Description.of(document)), Route("/health", health)])
