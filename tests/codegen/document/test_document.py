"""A document and its files as one tree: references, anchors, lines, and OpenAPI 3.0 in the words of 3.1."""

from __future__ import annotations

import json

import pytest

from accord.document.document import Document, DocumentError


def document(text: str, **files: str) -> Document:
    return Document(text.encode(), "openapi.yaml", lambda name: files[name.partition(".")[0]].encode())


class TestFiles:
    def test_their_content_is_in_one_tree_and_keeps_its_file_and_line(self):
        found = document(
            "components:\n  schemas:\n    Pet: {$ref: 'pets.yaml#/Pet'}\n",
            pets="Other: {}\nPet:\n  properties:\n    owner: {$ref: 'people.json#/Person'}\n    mate: {$ref: '#/Pet'}\n",
            people='{\n\t"Person": {"type": "string"}\n}',
        )

        pet = found.root.child("components").child("schemas").child("Pet")
        assert pet.where == "pets.yaml:2"
        assert pet.child("properties").child("owner").where == "people.json:2"
        assert pet.child("properties").child("owner").value == {"type": "string"}
        assert pet.child("properties").child("mate").pointer == pet.pointer

    def test_a_file_may_lead_back_to_the_document_and_to_its_own_folder(self):
        names = []

        def read(name: str) -> bytes:
            names.append(name)
            return {
                "parts/pets.yaml": b"Pet: {$ref: 'owners.yaml'}\nBack: {$ref: '../openapi.yaml#/components/schemas/End'}",
                "parts/owners.yaml": b"type: string",
            }[name]

        text = (
            b"components: {schemas: {A: {$ref: 'parts/pets.yaml#/Pet'}, B: {$ref: 'parts/pets.yaml#/Back'}, End: {const: 1}}}"
        )
        schemas = Document(text, "openapi.yaml", read).root.child("components").child("schemas")

        assert schemas.child("A").value == {"type": "string"}
        assert schemas.child("B").value == {"const": 1}
        assert names == ["parts/pets.yaml", "parts/owners.yaml", "openapi.adopted.yaml"]

    def test_a_whole_path_item_may_stand_in_one(self):
        found = document("paths: {/pets: {$ref: pets.yaml}}", pets="get: {operationId: listPets}")

        assert found.root.child("paths").child("/pets").value == {"get": {"operationId": "listPets"}}

    def test_one_may_contain_all_the_components_of_a_kind(self):
        found = document(
            "paths: {$ref: paths.yaml}\n"
            "components:\n  schemas: {$ref: schemas.yaml}\n  examples: {$ref: 'more.yaml#/examples'}\n",
            paths="/pets:\n  get: {operationId: listPets}\n",
            schemas="Pet: {properties: {$ref: 'more.yaml#/members'}}\n",
            more="members:\n  $ref: '#/deeper'\n  age: {type: integer}\ndeeper: {name: {type: string}}\n"
            "examples: {A: {value: 1}}\n",
        )

        components = found.root.child("components")
        pet = components.child("schemas").child("Pet")
        assert pet.where == "schemas.yaml:1"
        assert {name: member.where for name, member in pet.child("properties").named()} == {
            "age": "more.yaml:3",
            "name": "more.yaml:4",
        }
        assert components.child("examples").child("A").value == {"value": 1}
        assert found.root.child("paths").child("/pets").child("get").where == "paths.yaml:2"
        assert json.loads(found.json)["components"]["schemas"] == {"Pet": {"$ref": "#/x-accord-files/schemas.yaml/Pet"}}

    @pytest.mark.parametrize(
        ("schemas", "text"),
        [
            ("{$ref: none.yaml}", "leads to the file 'none.yaml': gone"),
            ("{$ref: '#/components/schemas'}", "leads back to itself"),
        ],
    )
    def test_all_components_of_a_kind_that_lead_nowhere_are_reported_with_their_line(self, schemas, text):
        def gone(_: str) -> bytes:
            raise FileNotFoundError(2, "gone")

        found = Document(f"paths: {{}}\ncomponents:\n  schemas: {schemas}\n".encode(), "openapi.yaml", gone)

        with pytest.raises(DocumentError, match=text) as raised:
            found.root.child("components").child("schemas")
        assert str(raised.value).startswith("openapi.yaml:3: ")

    def test_a_path_item_has_the_fields_beside_its_reference(self):
        found = document(
            "paths:\n  /a/{id}: {$ref: 'items.yaml#/Item', parameters: [{name: id}], x-note: 1}\n",
            items="Item: {$ref: '#/Base', put: {operationId: putA}}\n"
            "Base:\n  get: {operationId: getA}\n  servers: [{url: /v1}]\n",
        )

        item = found.root.child("paths").child("/a/{id}")
        assert {key: child.where for key, child in item.items()} == {
            "parameters": "openapi.yaml:2",
            "put": "items.yaml:1",
            "get": "items.yaml:3",
            "servers": "openapi.yaml:2",
        }
        assert [server.where for server in item.child("servers").elements()] == ["items.yaml:4"]
        assert found.duplicates == []

    @pytest.mark.parametrize(
        ("reference", "text"),
        [
            ("none.yaml#/Pet", "openapi.yaml:2: $ref 'none.yaml#/Pet' leads to the file 'none.yaml': gone: correct its name"),
            ("https://example.org/a.yaml", "leads to another host: copy what it names to a file beside the document"),
            ("#Pet", "leads nowhere: there is no `$anchor: Pet`: correct the reference"),
            ("#/Pet", "leads nowhere: there is no 'Pet': correct the reference"),
        ],
    )
    def test_a_reference_that_leads_nowhere_is_reported_with_its_line(self, reference, text):
        def read(name: str) -> bytes:
            raise FileNotFoundError(2, "gone", name)

        found = Document(f"a:\n  b: {{$ref: '{reference}'}}".encode(), "openapi.yaml", read)

        with pytest.raises(DocumentError) as raised:
            found.root.child("a").child("b")
        assert text in str(raised.value)

    def test_a_fault_of_another_file_is_reported_with_its_name(self):
        with pytest.raises(DocumentError, match=r"^pets.yaml:2: the key 'a' is repeated"):
            document("x: {$ref: pets.yaml}", pets="a: 1\na: 2")

    def test_the_content_of_examples_is_not_a_reference(self):
        found = document("components: {schemas: {A: {example: {$ref: 'none.yaml'}}}}")

        assert found.data["components"]["schemas"]["A"]["example"] == {"$ref": "none.yaml"}

    def test_the_content_of_examples_in_another_file_is_kept(self):
        text = "cat: {value: {$ref: nothing.json, p: {type: string, nullable: true}}}"
        found = document("components: {examples: {A: {$ref: 'all.yaml#/cat'}}}", all=text)

        example = found.root.child("components").child("examples").child("A").value
        assert example == {"value": {"$ref": "nothing.json", "p": {"type": "string", "nullable": True}}}
        assert found.unresolved == {}

    @pytest.mark.parametrize("name", ["default", "example", "examples", "enum", "const"])
    def test_a_collection_may_give_its_members_any_names(self, name):
        found = document(
            f"components: {{schemas: {{A: {{$ref: 'all.yaml#/{name}'}}, B: {{$ref: 'all.yaml#/more/{name}'}}}}}}",
            all=f"{name}: {{items: {{$ref: '#/Tree'}}}}\nmore: {{{name}: {{items: {{$ref: '#/Tree'}}}}}}\nTree: {{}}\n",
        )

        schemas = found.root.child("components").child("schemas")
        assert schemas.child("A").child("items").where == "all.yaml:3"
        assert schemas.child("B").child("items").where == "all.yaml:3"

    def test_a_schema_that_is_a_whole_file_has_its_own_default(self):
        found = document(
            "components: {schemas: {A: {$ref: 'a.yaml'}}}",
            a="type: object\nproperties: {b: {}}\ndefault: {b: {$ref: '#/nowhere'}}\n",
        )

        assert found.root.child("components").child("schemas").child("A").value["default"] == {"b": {"$ref": "#/nowhere"}}

    def test_the_json_form_contains_them_and_the_raw_one_is_as_written(self):
        text = "components: {schemas: {A: {$ref: 'pets.yaml#/Pet'}}}"
        found = document(text, pets="Pet: {type: string}")

        assert found.raw == text.encode()
        assert json.loads(found.json) == {
            "components": {"schemas": {"A": {"$ref": "#/x-accord-files/pets.yaml/Pet"}}},
            "x-accord-files": {"pets.yaml": {"Pet": {"type": "string"}}},
        }


class TestAnchors:
    def test_name_a_schema_of_their_own_file(self):
        found = document(
            "components: {schemas: {A: {$ref: '#end'}, B: {$ref: 'pets.yaml#end'}, C: {$anchor: end, const: 1}}}",
            pets="X: {$anchor: end, const: 2}",
        )

        schemas = found.root.child("components").child("schemas")
        assert (schemas.child("A").value["const"], schemas.child("B").value["const"]) == (1, 2)


class TestText:
    def test_json_with_tabs_and_surrogates_is_read_as_json(self):
        found = document('{"a":\t"\\ud83d\\ude00\\/\\u0085",\n\t"b":\t{"c": 1e3}}')

        assert found.data == {"a": "😀/\x85", "b": {"c": 1000.0}}
        assert found.line(("b", "c")) == 2

    def test_a_merge_key_brings_what_is_not_written(self):
        found = document("x: &x {a: 1, b: 2}\ny:\n  <<: *x\n  b: 3\n")

        assert found.data["y"] == {"a": 1, "b": 3}

    @pytest.mark.parametrize("number", [".nan", "-.inf", "1e999", "!!int abc", "9" * 5000])
    def test_a_number_that_json_does_not_have_is_a_fault_with_its_line(self, number):
        with pytest.raises(DocumentError, match=r"^openapi\.yaml:2: '.*' is not a number in JSON: write another, or quote it$"):
            document(f"openapi: 3.1.1\nx-number: {number}\n")

    def test_a_json_file_is_json(self):
        with pytest.raises(DocumentError, match=r"^a\.json:2: this is not JSON: "):
            Document(b'{\n"a": 1,}', "a.json")

    @pytest.mark.parametrize(
        ("raw", "text"),
        [
            (b'{"a": "\xff"}', "invalid leading UTF-8 octet"),
            (b'{"a":\n NaN}', "^a.json:2: this is not JSON: there is no NaN$"),
            (b"[" * 5000 + b"]" * 5000, "nested too deeply"),
            (b'{"a": ' + b"9" * 5000 + b"}", "is not a number in JSON"),
        ],
    )
    def test_json_that_cannot_be_parsed_is_a_fault(self, raw, text):
        with pytest.raises(DocumentError, match=text):
            Document(raw, "a.json")

    def test_a_key_that_is_not_text_is_a_fault(self):
        with pytest.raises(DocumentError, match=r"^openapi\.yaml:1: a key must be text, not a list or a mapping$"):
            document("? [a]\n: 1\n")

    def test_an_unclosed_bracket_is_reported_before_its_consequences(self):
        with pytest.raises(DocumentError, match=r"^openapi\.yaml:3: did not find expected ',' or '\]'"):
            document("a: [\n{b: 1}: 2\nc: 3\n")

    def test_an_alias_within_its_own_anchor_is_a_fault(self):
        with pytest.raises(DocumentError, match=r"^openapi.yaml:2: a YAML alias is used inside its own anchor"):
            document("a: &a\n  b: *a\n")

    @pytest.mark.parametrize(
        ("text", "fault"),
        [
            ("a: *u\n", "1: there is no anchor 'u': correct the alias"),
            ("a: &a 1\nb: &a 2\n", "2: the anchor 'a' is defined twice: rename one"),
            ("a: 1\n---\nb: 2\n", "2: a second document begins here: remove it"),
        ],
    )
    def test_an_anchor_or_a_document_too_many_or_too_few_is_a_fault(self, text, fault):
        with pytest.raises(DocumentError, match=rf"^openapi\.yaml:{fault}$"):
            document(text)

    def test_what_aliases_stand_for_is_not_shared(self):
        found = document("a: &a {x: [1]}\nb: *a\nc: [*a]\n")

        assert found.data["b"] == found.data["a"] == found.data["c"][0]
        assert found.data["b"]["x"] is not found.data["a"]["x"]
        assert [found.line(pointer) for pointer in (("a", "x"), ("b",), ("b", "x"), ("c",), ("c", 0))] == [1, 2, 1, 3, 1]

    def test_a_member_that_a_merge_key_would_bring_too_has_the_line_where_it_is_written(self):
        found = document("x: &x {a: 1, b: {c: 2}}\ny:\n  <<: *x\n  b: 3\n")

        assert [found.line(("y", *rest)) for rest in (("a",), ("b",), ("b", "c"))] == [1, 4, 4]


class TestVersion30:
    def test_its_own_keywords_become_those_of_json_schema_and_the_written_ones_stay(self):
        text = """
openapi: 3.0.4
components:
  schemas:
    A: {type: integer, nullable: true, minimum: 1, exclusiveMinimum: true, exclusiveMaximum: false, maximum: 9}
    B: {type: object, properties: {nullable: {type: boolean}}, example: {nullable: true, type: string}}
"""
        found = document(text)

        schemas = found.data["components"]["schemas"]
        assert schemas["A"] == {
            "type": ["integer", "null"],
            "nullable": True,
            "minimum": 1,
            "exclusiveMinimum": 1,
            "maximum": 9,
        }
        assert schemas["B"]["example"] == {"nullable": True, "type": "string"}
        assert json.loads(found.json)["components"]["schemas"]["A"]["type"] == "integer"

    def test_nullable_is_read_in_newer_documents_too(self):
        text = """
openapi: 3.1.1
components:
  schemas:
    A: {type: integer, nullable: true}
    B: {type: [integer, string], nullable: true}
    C: {type: [integer, 'null'], nullable: true}
    E: {type: 'null', nullable: true}
    D: {type: integer, nullable: false}
"""
        found = document(text)

        types = {name: schema["type"] for name, schema in found.data["components"]["schemas"].items()}
        assert types == {
            "A": ["integer", "null"],
            "B": ["integer", "string", "null"],
            "C": ["integer", "null"],
            "E": "null",
            "D": "integer",
        }
        assert found.written["components"]["schemas"]["A"]["type"] == "integer"

    def test_a_newer_document_stays_as_it_is(self):
        found = document("openapi: 3.1.1\ncomponents: {schemas: {A: {type: [integer, 'null'], nullable: true}}}")

        assert found.data is found.written
