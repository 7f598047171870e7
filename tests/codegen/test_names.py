"""Names that are different in the document and the same in Python: each gets one of its own, whatever stands around it."""

from __future__ import annotations

import importlib
import inspect

from app.engine.description import Description
from app.engine.document import Document
from app.engine.names import distinct
from codegen.generate import write

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
        ids = {operation.path: operation.id for operation in Description.of(Document((HEAD + UNNAMED).encode())).operations}

        assert ids == {"/a-b": "getAB", "/a/b": "getAB2"}

    def test_a_number_is_never_the_name_of_another(self):
        assert distinct([(1, "a"), (2, "a"), (3, "a_2")]) == {1: "a", 2: "a_3", 3: "a_2"}
