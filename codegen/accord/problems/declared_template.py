"""Error bodies declared in the document: `x-accord-error-template`, a JSON value with placeholders such as `{detail}`."""

from __future__ import annotations

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from accord.document.document import Node
from accord.document.findings import Finding
from accord.jsonschema.sampling import NoValue
from accord.openapi.keywords.extensions import ERROR_TEMPLATE
from accord.openapi.response import Response
from accord.problems.error_template import CODES, PLACEHOLDER, SAMPLE_FAULTS, WHOLE_FAULTS, ErrorTemplate, Text, each_fault
from accord.problems.problem import ProblemType

_NAMES = (
    *("status", "status_text", *CODES, "title", "type", "detail", "request_id", "instance", "timestamp", "errors"),
    *(f"errors.{name}" for name in ("in", "pointer", "field", "loc", "code", "message")),
)
_LISTS = ("errors", "errors.loc")
_ALL_NAMES = ", ".join(f"{{{name}}}" for name in _NAMES)


def declared(response: Response) -> Node | None:
    """The template of an error response: its own, or that of the document."""
    for node in (response.node, response.node.document.root):
        if ERROR_TEMPLATE in node.value:
            return node.raw_child(ERROR_TEMPLATE)
    return None


def declared_template(template: Node, schema: Node | None, kind: ProblemType) -> ErrorTemplate:
    """One kind of error under one template.

    A list whose items contain `{errors.…}` has these items for each fault of the request. Without faults, its member is left
    out or, where the schema requires it or nothing else contains `{detail}`, has one item: the error itself. A template without
    such a list names the faults in `{detail}`, as many as fit.

    Raises:
        NoValue: a placeholder is unknown, or the errors do not match the schema.
    """
    found = list(_placeholders(template))
    for place, name, is_listed in found:
        if name not in _NAMES:
            raise _error(template, place, f"there is no placeholder {{{name}}}: write one of {_ALL_NAMES}")
        if name.startswith("errors.") and not is_listed:
            raise _error(template, place, f"{{{name}}} is of one fault: write it in the items of a list")
        if name in _LISTS and place.value != f"{{{name}}}":
            raise _error(template, place, f"{{{name}}} is a list: write it alone")
    names = {name for _, name, _ in found}
    lists = any(name.startswith("errors") for name in names)
    made = ErrorTemplate(_parsed(template.value), kind, lists=lists, needs_one="detail" not in names)
    samples = [SAMPLE_FAULTS, []] if kind.status == HTTPStatus.UNPROCESSABLE_ENTITY else [[]]
    if schema is not None and (text := made.mismatch(schema, samples)) is not None:
        raise _error(template, template, f"{text}: correct the template, or give the response one of its own")
    return made


def _placeholders(template: Node, *, is_listed: bool = False) -> Iterator[tuple[Node, str, bool]]:
    """The placeholders of a template: the text that contains each, its name, and whether it is in a list of faults."""
    if isinstance(template.value, (dict, list)):
        for key in template.value if isinstance(template.value, dict) else range(len(template.value)):
            yield from _placeholders(template.raw_child(key), is_listed=is_listed or _lists_faults(template.value))
    elif isinstance(template.value, str):
        yield from ((template, name, is_listed) for name in PLACEHOLDER.findall(template.value))


def _parsed(value: Any) -> Any:  # noqa: ANN401 - any JSON value, a part of a template
    if isinstance(value, dict):
        return {name: _parsed(item) for name, item in value.items()}
    if isinstance(value, list):
        items = list(map(_parsed, value))
        return each_fault(items) if _lists_faults(value) else items
    if value == "{errors}":
        return WHOLE_FAULTS
    return Text(value) if isinstance(value, str) and PLACEHOLDER.search(value) else value


def _lists_faults(value: Any) -> bool:  # noqa: ANN401 - any JSON value
    return isinstance(value, list) and any(map(_is_of_fault, value))


def _is_of_fault(item: Any) -> bool:  # noqa: ANN401 - any JSON value
    """Whether an item of a list is made of a fault; a list within it has faults of its own."""
    if isinstance(item, dict):
        return any(map(_is_of_fault, item.values()))
    return isinstance(item, str) and "{errors." in item


def _error(template: Node, place: Node, text: str) -> NoValue:
    finding = Finding(place.where, f"`{ERROR_TEMPLATE}`: {text}", template.pointer)  # adopted as a whole
    return NoValue(str(finding), (finding,))
