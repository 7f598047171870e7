"""Names that differ in the document and collide in Python get distinct identifiers."""

from __future__ import annotations

import importlib
import inspect

from accord.document.document import Document
from accord.document.identifiers import distinct
from accord.generate.package import write
from accord.openapi.api import API

HEAD = "openapi: 3.1.1\ninfo: {title: Names, version: '1'}\npaths:\n"
PET = """
  /pets/{id}:
    get:
      operationId: getPet
      tags: [pet-shop]
      parameters:
        - {name: ID, in: query, schema: {type: integer}}
        - {name: id, in: path, required: true, schema: {type: integer}}
        - {name: Id, in: header, schema: {type: integer}}
      responses:
        '204': {description: Done., headers: {X_Count: {schema: {type: integer}}, X-Count: {schema: {type: string}}}}
"""
OTHER = """
  /others:
    get: {operationId: get_pet, tags: [pet.shop], responses: {'204': {description: Done.}}}
"""
UNNAMED = """
  /a-b: {get: {responses: {'204': {description: Done.}}}}
  /a/b: {get: {responses: {'204': {description: Done.}}}}
"""


def generated(settings, text):
    made = settings(HEAD + text)
    write(made)
    return importlib.import_module(f"{made.output.name}.operations")


class TestNames:
    def test_operations_of_one_name_are_numbered_whatever_their_order(self, settings):
        classes = [
            {made.GetPet.operation_id: "GetPet", made.GetPet2.operation_id: "GetPet2"}
            for made in (generated(settings, PET + OTHER), generated(settings, OTHER + PET))
        ]

        assert classes == [{"getPet": "GetPet", "get_pet": "GetPet2"}] * 2

    def test_modules_and_functions_of_one_name_are_numbered_as_their_classes(self, settings):
        made = generated(settings, PET + OTHER)

        assert set(made.Handlers.__annotations__) == {"pet_shop", "pet_shop_2"}
        assert inspect.get_annotations(made.PetShopHandlers) == {"get_pet": "GetPet"}
        assert inspect.get_annotations(made.PetShopHandlers2) == {"get_pet": "GetPet2"}

    def test_the_parameter_in_the_path_keeps_its_name(self, settings):
        handler = generated(settings, PET).GetPet.Handler.__call__

        assert list(inspect.signature(handler).parameters)[2:] == ["id_2", "id", "id_3"]

    def test_headers_of_one_name_have_fields_of_their_own(self, settings):
        assert generated(settings, PET).GetPet.NoContent.headers == (("x_count_2", "X_Count"), ("x_count", "X-Count"))

    def test_operations_without_operationid_have_names_of_their_own(self):
        ids = {operation.path: operation.id for operation in API.of(Document((HEAD + UNNAMED).encode())).operations}

        assert ids == {"/a-b": "getAB", "/a/b": "getAB2"}

    def test_a_number_is_never_the_name_of_another(self):
        assert distinct([(1, "a"), (2, "a"), (3, "a_2")]) == {1: "a", 2: "a_3", 3: "a_2"}


class TestClassesOfInlineSchemas:
    def models(self, settings, text):
        made = settings(text)
        write(made)
        return importlib.import_module(f"{made.output.name}.models"), importlib.import_module(f"{made.output.name}.operations")

    def test_that_are_equal_and_end_alike_are_written_once(self, settings):
        error = "{type: object, properties: {code: {type: integer}}}"
        response = f"{{description: No., content: {{application/json: {{schema: {error}}}}}}}"
        done = "'204': {description: Yes.}"
        body = "{content: {application/json: {schema: {type: object, properties: {x: {type: string}}}}}}"
        models, operations = self.models(
            settings,
            HEAD + f"  /pets:\n    get: {{operationId: getPets, responses: {{{done}, '404': {response}}}}}\n"
            f"    post: {{operationId: createPet, requestBody: {body}, responses: {{{done}, '404': {response}}}}}\n"
            f"  /shops:\n    post: {{operationId: createShop, requestBody: {body}, responses: {{{done}}}}}\n",
        )

        classes = [name for name, found in vars(models).items() if getattr(found, "__module__", "") == models.__name__]
        assert classes == ["GetPetsNotFound", "CreatePetBody", "CreateShopBody"]
        assert "models.GetPetsNotFound" in inspect.getsource(operations.CreatePet)

    def test_that_equal_a_component_of_their_name_are_that_component(self, settings):
        address = "{type: object, properties: {street: {type: string}}}"
        body = f"{{content: {{application/json: {{schema: {{properties: {{billing_address: {address}, home: {address}}}}}}}}}}}"
        models, _ = self.models(
            settings,
            HEAD + f"  /a:\n    post: {{operationId: send, requestBody: {body}, responses: {{'204': {{description: Yes.}}}}}}\n"
            f"components: {{schemas: {{Address: {address}, Residence: {address}}}}}\n",
        )

        assert inspect.get_annotations(models.SendBody) == {
            "billing_address": "Address | MISSING",
            "home": "SendBodyHome | MISSING",
        }
        assert models.Address is not models.Residence

    def test_that_are_alternatives_are_reported_by_their_titles_and_tags(self, settings):
        models, _ = self.models(
            settings,
            HEAD + "  {}\ncomponents:\n  schemas:\n    configure_request:\n      oneOf:\n"
            "        - {title: WITH_NAME, type: object, properties: {a: {type: string}}}\n"
            "        - {type: object, properties: {kind: {const: by-id}}}\n"
            "        - {type: object, properties: {c: {type: string}}}\n",
        )

        classes = [name for name, found in vars(models).items() if getattr(found, "__module__", "") == models.__name__]
        assert classes == ["ConfigureRequestWithName", "ConfigureRequestById", "ConfigureRequest3"]
