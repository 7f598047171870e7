"""models.py: portions, names and order of the classes."""

from __future__ import annotations

import ast
import importlib
import re

import pytest

from accord.generate.emit import models
from accord.generate.ir.nodes import Field, Object
from accord.generate.ir.schemas.normal_form import reference
from accord.generate.package import generated, write
from tests.codegen.support import huge

HEAD = "openapi: 3.1.1\ninfo: {title: Names, version: '1'}\npaths: {}\ncomponents:\n  schemas:\n"


@pytest.mark.slow
class TestPortions:
    def test_a_document_given_in_many_portions_gives_the_same_module(self, settings, monkeypatch):
        made = settings(huge.text(operations=5, schemas=50))
        whole = generated(made)["models.py"]

        monkeypatch.setattr(models, "_PORTION", 20)

        assert generated(made)["models.py"] == whole


class TestNamesOfClasses:
    @pytest.mark.parametrize("name", ["Decimal", "Path", "Union", "Optional", "Callable", "Object", "UUID", "Class"])
    def test_a_class_named_as_a_type_of_python_is_the_documents_own(self, name, settings):
        made = settings(
            f"{HEAD}    {name}: {{type: object, properties: {{a: {{type: integer}}}}}}\n"
            "    User:\n      type: object\n      properties:\n"
            f"        one: {{description: 'Of Class_{name}.', $ref: '#/components/schemas/{name}'}}\n"
            f"        many: {{type: array, items: {{$ref: '#/components/schemas/{name}'}}}}\n"
        )
        write(made)
        module = importlib.import_module(f"{made.output.name}.models")

        user = module.User.model_validate({"one": {"a": 1}, "many": [{"a": 2}]})

        kind = getattr(module, name)
        assert [type(one) for one in (user.one, *user.many)] == [kind, kind]
        assert module.User.model_fields["one"].description == f"Of Class_{name}."


class TestTags:
    """OpenAPI 3.1.1, 4.8.25: the name of a schema selects it unless `mapping` lists that value; so do its own constants."""

    @pytest.mark.parametrize(
        ("mapping", "tags"),
        [
            ("", {"Dog": "Dog", "cat": "Cat"}),
            (", mapping: {rex: Dog}", {"Dog": "Dog", "cat": "Cat", "rex": "Dog"}),
            (", mapping: {Dog: Fox, fox: Fox}", {"Fox": "Fox", "Dog": "Fox", "fox": "Fox", "cat": "Cat"}),
        ],
    )
    def test_are_constants_mapped_values_and_names(self, mapping, tags, settings):
        other = "Fox" if "Fox" in mapping else "Dog"
        made = settings(
            f"{HEAD}    Cat: {{type: object, required: [kind], properties: {{kind: {{const: cat}}}}}}\n"
            f"    {other}: {{type: object, required: [kind], properties: {{kind: {{type: string}}}}}}\n"
            f"    Pet:\n      oneOf: [{{$ref: '#/components/schemas/Cat'}}, {{$ref: '#/components/schemas/{other}'}}]\n"
            f"      discriminator: {{propertyName: kind{mapping}}}\n"
        )

        found = re.search(r"Tagged\(.*?(\{.*?\})", generated(made)["models.py"])

        assert found is not None
        assert ast.literal_eval(found[1]) == tags


def names(uses):
    """The order of classes that have a field for each class that they use."""
    objects = [
        Object(name, "", tuple(Field(f"f{n}", f"f{n}", reference(one), required=True) for n, one in enumerate(sorted(used))))
        for name, used in uses.items()
    ]
    return [model.name for model in models.ordered(objects)]


class TestOrder:
    def test_a_class_stands_behind_those_that_it_uses(self):
        uses = {"A": {"B", "A"}, "B": {"C"}, "C": set(), "D": {"A"}}

        assert names(uses) == ["C", "B", "A", "D"]

    def test_classes_that_use_each_other_stand_as_they_are_given(self):
        uses = {"A": {"B"}, "B": {"A"}, "C": {"A"}, "D": set()}

        assert names(uses) == ["D", "A", "B", "C"]
