"""Each operation has exactly one matching handler; otherwise the start fails with one line for each difference."""

from __future__ import annotations

from types import ModuleType, SimpleNamespace

import pytest

from accord.document.findings import BindingError
from accord.runtime.handlers.binding import Operation, bind
from accord.runtime.responses.types import Answer, Body, Empty
from tests.codegen.support.operations import GetLatestThing, GetThing, ListThings, ThingRow, get_thing, handlers
from tests.codegen.support.service import description

AGAIN = "run `accord generate`"

LINES = {operation.id: operation.node.line for operation in description().operations}


def module(name: str, *operations: Operation) -> ModuleType:
    """A module with these operations under their handlers' names."""
    made = ModuleType(name)
    for operation in operations:
        setattr(made, operation.handler.__name__, operation)
    return made


def differences(*modules: object) -> list[str]:
    with pytest.raises(BindingError) as refusal:
        bind(description(), modules)
    return str(refusal.value).split("\n")


def with_get_thing(handler) -> list[str]:
    """What is said when getThing has this handler."""
    return differences(module("shelf", *handlers(get_thing=handler)))


class TestHandlers:
    def test_that_are_complete_are_bound_by_operation_id(self):
        bound = bind(description(), [module("shelf", *handlers())])

        assert sorted(bound) == sorted(LINES)
        assert bound["getThing"].handler is get_thing

    def test_may_stand_in_several_modules_and_be_imported_by_others(self):
        first, *others = handlers()

        assert len(bind(description(), [module("a", first), module("b", first, *others), SimpleNamespace(x=1)])) == 6

    def test_that_are_missing_are_reported_with_what_to_write(self):
        first = f"contract.yaml:{LINES['listThings']}: operation listThings has no handler"
        second = f"contract.yaml:{LINES['createThing']}: operation createThing has no handler"

        assert differences(module("shelf", *handlers()[2:])) == [
            f"{first}: write `@ListThings async def list_things(...)`",
            f"{second}: write `@CreateThing async def create_thing(...)`",
        ]

    def test_of_operations_that_are_not_in_the_document_are_reported(self):
        class GetOther(Operation):
            operation_id = "getOther"

        async def get_other(call: object) -> Empty: ...

        assert differences(module("shelf", *handlers(), GetOther(get_other))) == [
            "shelf.get_other: the document has no operation getOther: remove the handler or run `accord generate`"
        ]

    def test_that_are_two_are_reported_with_both_places(self):
        assert differences(module("shelf", *handlers()), module("attic", GetThing(get_thing))) == [
            "attic.get_thing: operation getThing already has a handler, shelf.get_thing: remove one"
        ]

    def test_that_are_no_coroutines_are_reported(self):
        def get_thing(call: object, thing_id: int) -> Empty: ...

        assert with_get_thing(get_thing) == ["shelf.get_thing: a handler must be an `async def` function"]

    def test_that_lack_an_argument_are_reported(self):
        async def get_thing(call: object) -> Empty: ...

        assert with_get_thing(get_thing) == [
            f"shelf.get_thing: argument 'thing_id' of getThing is missing (contract.yaml:{LINES['getThing']})"
        ]

    def test_that_have_one_too_many_are_reported(self):
        async def get_thing(call: object, thing_id: int, other: int) -> Empty: ...

        assert with_get_thing(get_thing) == [
            f"shelf.get_thing: getThing has no argument 'other' (contract.yaml:{LINES['getThing']})"
        ]

    def test_that_misname_an_argument_are_reported_both(self):
        async def get_thing(call: object, thing: int) -> Empty: ...

        assert with_get_thing(get_thing) == [
            f"shelf.get_thing: argument 'thing_id' of getThing is missing (contract.yaml:{LINES['getThing']})",
            f"shelf.get_thing: getThing has no argument 'thing' (contract.yaml:{LINES['getThing']})",
        ]

    def test_that_take_no_call_are_reported(self):
        async def get_thing() -> Empty: ...

        assert with_get_thing(get_thing) == ["shelf.get_thing: the first argument of a handler must be its call"]

    def test_that_take_only_names_are_reported(self):
        async def get_thing(*, thing_id: int) -> Empty: ...

        assert with_get_thing(get_thing) == ["shelf.get_thing: the first argument of a handler must be its call"]

    def test_are_reported_with_every_difference_once(self):
        async def get_thing(call: object) -> Empty: ...

        bad = module("shelf", *handlers(get_thing=get_thing)[1:])

        assert len(differences(bad, bad)) == 2


class TestAGeneratedClass:
    def stale(self, answer: type[Answer] | None, name: str = "OK") -> list[str]:
        class Stale(Operation):
            operation_id = "getThing"

        if answer is not None:
            setattr(Stale, name, answer)
        rest = [operation for operation in handlers() if not isinstance(operation, GetThing)]
        return differences(module("shelf", *rest, Stale(get_thing)))

    def test_of_a_document_that_was_changed_since_is_stale(self):
        shelf = module("shelf", *handlers())
        bind(description(), [shelf], description().document.digest)

        with pytest.raises(BindingError) as caught:
            bind(description(), [shelf], "of another document")

        assert str(caught.value) == f"contract.yaml: has changed since code was generated from it: {AGAIN}"

    def test_without_an_answer_is_stale(self):
        where = (
            next(operation for operation in description().operations if operation.id == "getThing").responses[200].node.where
        )

        assert self.stale(None) == [f"{where}: the generated getThing differs from the document: {AGAIN}"]

    def test_with_another_status_is_stale(self):
        class OK(Body[ThingRow], kw_only=True):
            status = 203
            headers = GetThing.OK.headers
            etag: str
            cache_control: str | None = None

        assert len(self.stale(OK)) == 1

    def test_with_other_headers_is_stale(self):
        class OK(Body[ThingRow], kw_only=True):
            status = 200
            headers = (("etag", "ETag"),)
            etag: str

        assert len(self.stale(OK)) == 1
        assert len(self.stale(ListThings.OK)) == 1
        assert len(self.stale(GetLatestThing.Accepted)) == 1
