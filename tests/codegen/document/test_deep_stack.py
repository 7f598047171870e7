"""Schemas that refer to each other in a chain of 1,500, which libraries follow recursively."""

from __future__ import annotations

import json

import pytest

from accord.document.deep_stack import on_deep_stack
from tests.codegen.support.service import body

LENGTH = 1500
LINKS = {
    "references": '{"$ref": "NEXT"}',
    "parts": '{"allOf": [{"$ref": "NEXT"}]}',
    "alternatives": '{"anyOf": [{"type": "null"}, {"$ref": "NEXT"}]}',
    "members": '{"type": "object", "properties": {"next": {"$ref": "NEXT"}}}',
    "items": '{"type": "array", "items": {"$ref": "NEXT"}}',
}


def chain(link: str) -> str:
    """The components of a chain whose end has a member of one direction, so that all of it is looked at."""
    schemas = [f"    S{n}: {link.replace('NEXT', f'#/components/schemas/S{n + 1}')}\n" for n in range(LENGTH)]
    last = f"    S{LENGTH}: {{type: object, properties: {{x: {{type: integer}}, id: {{readOnly: true}}}}}}\n"
    return "components:\n  schemas:\n" + "".join(schemas) + last


@pytest.mark.slow
class TestAChainOfSchemas:
    @pytest.mark.parametrize(
        ("link", "taken", "refused"),
        [
            pytest.param("references", {"x": 1}, {"x": "a"}, marks=pytest.mark.slow),
            pytest.param("parts", {"x": 1}, {"id": 1}, marks=pytest.mark.slow),
            ("alternatives", {"x": 1}, {"x": "a"}),
            ("members", {"next": {"next": {}}}, {"next": {"next": 1}}),
            ("items", [[[]]], [[1]]),
        ],
    )
    def test_starts_and_is_validated_completely(self, link, taken, refused):
        client = body("{$ref: '#/components/schemas/S0'}", head=chain(LINKS[link]))

        assert client.post("/p", json=taken).status_code == 200
        assert client.post("/p", json=refused).status_code == 422


class TestDeep:
    def test_lets_work_call_itself_far_deeper_than_python_does(self):
        def nested(levels: int) -> int:
            return 1 + nested(levels - 1) if levels else 0

        assert on_deep_stack(lambda: nested(20_000)) == 20_000

    def test_raises_what_the_work_raises(self):
        with pytest.raises(json.JSONDecodeError):
            on_deep_stack(lambda: json.loads("{"))
