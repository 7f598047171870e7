"""From the texts of a request to a handler's arguments: read by their lexis, judged all together, typed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from app.engine.bodies.building import Builder
from app.engine.body import ABSENT
from app.engine.description import Operation
from app.engine.document import Document
from app.engine.judge import MOST_FAULTS, Judge, escape, fault
from app.engine.lexis import Reader, unquote
from app.engine.problems import Refusal


class Arguments:
    """The arguments of one operation, compiled at start.

    `builders` make the handler's objects of bodies, by media type. `credentials` are names in the query that somebody else
    reads.
    """

    def __init__(
        self, document: Document, described: Operation, builders: Mapping[str, Builder | None], credentials: frozenset[str]
    ) -> None:
        self._credentials = credentials
        self._judge = Judge(document, described) if described.parameters else None
        self._bodies = {
            name: (Judge(document, described, media.schema), media.kind == "json", builders[name])
            for name, media in described.bodies.items()
        }
        readers = {(parameter.place, parameter.name): Reader(parameter) for parameter in described.parameters}
        arguments = {parameter.name: parameter.argument for parameter in described.arguments}
        names = [part[1:-1] for part in described.path.split("/") if part.startswith("{")]
        self._path = [(name, arguments[name], readers["path", name].read) for name in names]
        # Where lists stand in the path, counted from its end because an alias may be longer or shorter.
        segments = described.path.split("/")
        self.path_lists = [
            (index, segments.index(f"{{{name}}}") - len(segments))
            for index, name in enumerate(names)
            if readers["path", name].array
        ]
        self._query = {name: (arguments[name], reader) for (place, name), reader in readers.items() if place == "query"}
        # Without an argument: judged like the others, but read by the engine and not by the handler.
        self._header = [(name, arguments.get(name), reader) for (place, name), reader in readers.items() if place == "header"]
        self._defaults = {p.argument: p.default for p in described.arguments if p.place != "path"}
        self._default_lists = [argument for argument, default in self._defaults.items() if isinstance(default, list)]

    def as_written(self, values: list[str], raw_path: bytes) -> list[str]:
        """The path's values with its lists not decoded yet, because an encoded delimiter is data."""
        segments = raw_path.split(b"/")
        for index, place in self.path_lists:
            values[index] = segments[place].decode("ascii")
        return values

    def read(
        self,
        values: list[str],
        query_string: bytes,
        headers: dict[bytes, bytes],
        body: Any = ABSENT,  # noqa: ANN401 - any JSON value, or a `Body`
        media: str = "",
    ) -> dict[str, Any]:
        """The handler's keyword arguments.

        Raises:
            Refusal: 422 with all faults of path, query, headers and body together.
        """
        path = {name: read(text) for (name, _, read), text in zip(self._path, values, strict=True)}
        faults: list[msgspec.Raw] = []
        query = self._read_query(query_string, faults) if query_string else {}
        parts: dict[str, Any] = {"path": path, "query": query, "header": {}}
        for name, _, reader in self._header:
            if (sent := headers.get(reader.key)) is not None:
                parts["header"][name] = reader.read(sent.decode("latin-1").strip(" \t"))
        judge = self._judge
        build = None
        if body is not ABSENT:
            judge, plain, build = self._bodies[media]
            if not plain:
                faults += [fault(*one) for one in body.faults]
                parts["body"], body = body.judged, body.value
            else:
                parts["body"] = body
        if judge is not None and not judge.is_valid(parts):
            raise Refusal(422, faults=(faults + judge.faults(parts))[:MOST_FAULTS])
        if faults:
            raise Refusal(422, faults=faults[:MOST_FAULTS])
        arguments = self._typed_arguments(parts)
        if self._bodies:
            arguments["body"] = None if body is ABSENT else build(body) if build is not None else body
        return arguments

    def _typed_arguments(self, parts: dict[str, Any]) -> dict[str, Any]:
        arguments = dict(self._defaults)
        for argument in self._default_lists:  # a handler may change its list
            arguments[argument] = list(arguments[argument])
        path, query, header = parts["path"], parts["query"], parts["header"]
        for name, argument, _ in self._path:
            arguments[argument] = path[name]
        for name, value in query.items():
            arguments[self._query[name][0]] = value
        for name, given, _ in self._header:
            if given is not None and name in header:
                arguments[given] = header[name]
        return arguments

    def _read_query(self, raw: bytes, faults: list[msgspec.Raw]) -> dict[str, Any]:
        """The query's values; names that are unknown or wrongly repeated are faults, never dropped."""
        texts: dict[str, list[str]] = {}
        encoded = b"%" in raw or b"+" in raw
        read: dict[str, Any] = {}
        unknown = False
        if not raw.isascii():
            faults.append(fault("query", "", "encoding"))
            return read
        for part in raw.decode("ascii").split("&"):
            name, _, text = part.partition("=")
            try:
                texts.setdefault(unquote(name) if encoded else name, []).append(text)
            except UnicodeDecodeError:
                unknown = True
        for name, found in texts.items():
            known = self._query.get(name)
            if known is None:
                unknown = unknown or name not in self._credentials
                continue
            if len(found) > 1 and not known[1].repeats:
                faults.append(fault("query", "/" + escape(name), "repeated"))
            try:
                read[name] = known[1].read_query(found, encoded=encoded)
            except UnicodeDecodeError:
                faults.append(fault("query", "/" + escape(name), "encoding"))
                read[name] = known[1].read_query(found, encoded=False)  # or the judge would call it missing
        if unknown:  # Once, however many: a fault does not repeat what was sent, so all would be the same.
            faults.append(fault("query", "", "unknown"))
        return read
