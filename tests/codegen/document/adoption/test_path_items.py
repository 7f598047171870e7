"""Path items that have fields beside `$ref`."""

from __future__ import annotations

from accord.generate.adoption import check_document
from tests.codegen.document.adoption.documents import HEAD, adopted, body, client, document_of


class TestPathItemsWithFieldsBesideAReference:
    def path(self, fields: str, item: str) -> str:
        return (
            f"openapi: 3.1.1\n{HEAD}paths:\n  /x:\n    $ref: '#/components/pathItems/X'\n    {fields}\n"
            f"components:\n  pathItems:\n    X:\n      {item}\n"
        )

    def operation(self, name: str, status: int = 204, parameters: str = "[]") -> str:
        return f"{{operationId: {name}, parameters: {parameters}, responses: {{'{status}': {{description: ok}}}}}}"

    def test_a_field_that_is_written_twice_is_that_of_the_reference(self, tmp_path):
        text = self.path(f"get: {self.operation('here', 204)}", f"get: {self.operation('there', 202)}")
        [finding] = check_document(document_of(text))
        assert str(finding) == (
            "openapi.yaml:6: `get` is also in what the $ref beside it names: remove one; or --adopt 'GET /x=drop'"
        )

        assert client(adopted(tmp_path, text)).get("/x").status_code == 202

    def test_a_component_that_is_also_in_the_file_for_all_of_them_stays_as_it_is(self, tmp_path):
        (tmp_path / "schemas.yaml").write_text("A: {type: integer}\n")
        text = body("{$ref: '#/components/schemas/A'}", "3.1.1", "components:\n  schemas:\n")
        read = adopted(tmp_path, f"{text}    $ref: schemas.yaml\n    A: {{type: string}}\n")
        served = client(read)

        assert [(one.place, one.word) for one in read.readings] == [("#/components/schemas/A", "keep")]
        assert [served.post("/x", json=value).status_code for value in ("a", 1)] == [204, 422]

    def test_what_is_found_in_the_item_is_read_there(self, tmp_path):
        wrong = "[{name: q, in: query, schema: {type: integer, default: x}}]"
        text = self.path(f"post: {self.operation('here')}", f"get: {self.operation('there', parameters=wrong)}")
        [finding] = check_document(document_of(text))
        assert finding.where == "openapi.yaml:10"
        assert finding.readings[0].place == "#/components/pathItems/X/get/parameters/query:q/schema/default"

        served = client(adopted(tmp_path, text))
        assert [served.get("/x").status_code, served.post("/x").status_code] == [204, 204]

    def test_an_operation_of_the_item_can_be_left_out(self):
        text = self.path(f"post: {self.operation('here')}", f"get: {self.operation('there')}")
        served = client(document_of(text, "#/components/pathItems/X/get=drop"))

        assert [served.get("/x").status_code, served.post("/x").status_code] == [405, 204]

    def test_without_the_reference_the_fields_stay(self):
        text = self.path(f"post: {self.operation('here')}", f"get: {self.operation('there')}")
        served = client(document_of(text, "#/paths/~1x/$ref=drop"))

        assert [served.get("/x").status_code, served.post("/x").status_code] == [405, 204]
