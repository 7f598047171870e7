"""A document with everything that handlers and senders may be typed by: what mypy says of them, and that they serve it."""

from __future__ import annotations

import asyncio
import importlib
import re
import shutil
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx2
import pytest

from accord.document.document import Document
from accord.generate.package import Settings, write
from accord.openapi.api import API
from accord.runtime import Engine, File, LinkError, OpenAPIApp, PayloadError, Reply, ReplyError, Service, bind
from tests.codegen.generate.test_typing import mypy
from tests.codegen.support.service import Tokens, make_client

SHOP = Path(__file__).parent / "shop"
BEARER = {"Authorization": "Bearer writer"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with the handlers and the package that is generated for them."""
    folder = tmp_path_factory.mktemp("shop")
    for file in SHOP.glob("*.py"):
        shutil.copy(file, folder)
    write(Settings(SHOP / "openapi.yaml", folder / "shop", "calls"))
    return folder


@pytest.fixture(scope="module")
def shop(folder):
    """Imports a module of the folder."""
    sys.path.insert(0, str(folder))
    yield importlib.import_module
    sys.path.remove(str(folder))
    for name in [name for name in sys.modules if name in ("calls", "right") or name.partition(".")[0] == "shop"]:
        del sys.modules[name]


@pytest.fixture(scope="module")
def host(shop):
    description = API.of(Document.load(SHOP / "openapi.yaml"))
    calls = shop("calls")

    def call(exchange):
        return calls.Call(calls.Principal(exchange.principal) if exchange.principal is not None else None)

    service = Service(schemes={"token": Tokens()}, call=call, responses="raise")
    return OpenAPIApp(Engine(description, bind(description, [shop("right")], shop("shop").DIGEST), service))


@pytest.fixture
def client(host):
    return make_client(host)


class TestTypes:
    def test_right_handlers_are_accepted_and_each_wrong_line_is_rejected(self, folder):
        lines = enumerate((folder / "wrong.py").read_text().splitlines(), 1)
        wrong = {number for number, line in lines if "# wrong: " in line}

        output = mypy(folder, "shop", "right.py", "wrong.py")

        errors = re.findall(r"^(\S+\.py):(\d+): error: ", output, re.MULTILINE)
        assert {file for file, _ in errors} == {"wrong.py"}, output
        assert {int(line) for _, line in errors} == wrong, output


class TestAnswers:
    def test_several_media_types_with_typed_headers(self, client):
        listed = client.get("/orders", params={"page": 3}, headers={"X-Ids": "4,5"})
        table = client.get("/orders", headers={"Accept": "text/csv"})

        assert listed.json() == [{"id": 4, "item": "tea"}, {"id": 5, "item": "tea"}]
        assert [listed.headers[name] for name in ("X-Total", "X-Tags", "X-Window")] == ["3", "a,b", '{"from":1}']
        assert (table.text, table.headers["Content-Type"]) == ("id\n", "text/csv; charset=utf-8")

    def test_defaults_ranges_and_errors_of_the_document(self, client):
        assert client.get("/orders?page=13").status_code == 503
        assert client.post("/orders", json={"item": "teapot"}, headers=BEARER).status_code == 418
        assert client.get("/orders/404").json() == {"message": "There is none."}
        assert client.get("/old").headers["Location"] == "/orders"
        assert (
            client.post("/orders", json={"item": "taken"}, headers=BEARER).headers["Content-Type"] == "application/problem+json"
        )

    def test_streams(self, client):
        assert client.get("/events").text == "data: first\n\nid: 2\ndata: second\n\n"
        assert client.get("/export").text.splitlines() == ['{"id":1,"item":"tea"}', '{"id":2,"item":"milk"}']


class TestBodies:
    def test_each_media_type_has_its_class(self, client):
        created = client.post("/orders", json={"item": "tea"}, headers=BEARER)
        short = client.post("/orders", data={"item": "tea"}, headers=BEARER)

        assert (created.status_code, created.json()["item"], created.headers["Location"]) == (201, "tea at 12:00", "/orders/7")
        assert short.status_code == 202

    def test_texts_files_and_parts(self, client):
        photo = client.put("/orders/1/photo", content=b"\x89PNG", headers={"Content-Type": "image/png"})
        attached = client.post("/orders/1/attachments", data={"title": "ab"}, files={"file": ("a", b"abc", "image/png")})

        assert client.put("/orders/1/note", content="so", headers={"Content-Type": "text/plain"}).text == "so"
        assert client.put("/orders/1/note").text == "nothing"
        assert (photo.content, photo.headers["Content-Type"]) == (b"\x89PNG", "image/png")
        assert attached.json() == {"size": 5}

    def test_numbers_and_instants_lose_nothing(self, client):
        assert client.put("/scale", json=2**53 + 1).text == str(2**53 + 1)
        assert client.put("/moment", json="2016-12-31T23:59:60Z").json() == "2017-01-01T00:00:00Z"

    def test_what_no_type_holds_is_422(self, client):
        assert client.put("/moment", json="0000-01-01T00:00:00Z").status_code == 422

    def test_principals_may_be_absent(self, client):
        assert client.get("/orders/1").json()["item"] == "anybody's"
        assert client.get("/orders/1", headers=BEARER).json()["item"] == "writer"


class TestLinks:
    def test_find_their_arguments_in_the_answer(self, shop):
        create = shop("shop.operations").CreateOrder
        answer = create.Created(shop("shop.rows").OrderRow(7, "tea"), location="/orders/7")

        order, note = answer.link_order(), answer.link_note()

        assert (order.method, order.url, order.arguments) == ("GET", "/orders/7?verbose=true", {"order_id": 7, "verbose": True})
        assert (note.method, note.url, note.body) == ("PUT", "/orders/7/note", "created as 7")

    def test_find_their_arguments_in_headers_and_in_the_request(self, shop):
        listed = shop("shop.operations").ListOrders.OK([], x_total=2)

        assert listed.link_next(state="open").url == "/orders?page=2&state=open"
        assert listed.link_next(state=None).url == "/orders?page=2"

    def test_give_texts_where_texts_are_wanted(self, shop):
        answer = shop("shop.operations").CreateOrder.Created(shop("shop.rows").OrderRow(7, "tea"), location="/orders/7")

        assert answer.link_old().arguments == {"source": "7"}

    def test_of_json_are_those_of_the_answer_in_json(self, shop):
        operations = shop("shop.operations")

        assert operations.ListOrders.OK([{"id": 4}], x_total=1).link_first().url == "/orders/4"
        assert not hasattr(operations.ListOrders.OKCsv, "link_first")

    def test_say_what_an_answer_lacks(self, shop):
        answer = shop("shop.operations").CreateOrder.Created({"item": "tea"}, location="/")

        with pytest.raises(LinkError, match=r"\$response\.body#/id has no value in Created, but the link needs order_id"):
            answer.link_order()


class Client:
    """The HTTP client of a service that sends webhooks."""

    async def send(self, method, url, headers, content):
        async with httpx2.AsyncClient() as client:
            answer = await client.request(method, url, headers=headers, content=content)
        return Reply(answer.status_code, answer.headers, answer.content)


@pytest.fixture
def receiver():
    """An HTTP server that answers `replies` one after the other and remembers what it was sent."""

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self):
            content = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            server.seen.append((self.path, dict(self.headers), content))
            status, content_type, reply = server.replies.pop(0)
            self.send_response(status)
            self.send_header("Content-Length", str(len(reply)))
            if content_type:
                self.send_header("Content-Type", content_type)
            self.end_headers()
            self.wfile.write(reply)

        def log_message(self, *_: object) -> None:
            pass

    server: Any = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    server.seen, server.replies = [], []
    server.url = f"http://127.0.0.1:{server.server_port}/hook"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def sender(shop):
    """Makes a sender of the shop."""
    return lambda name: getattr(shop("shop.webhooks"), name)(Document.load(SHOP / "openapi.yaml"), Client())


class TestWebhooks:
    @pytest.mark.parametrize("seen", ["3", "3.0"])
    def test_are_sent_as_the_document_says_and_their_responses_are_typed(self, receiver, sender, shop, seen):
        receiver.replies.append((200, "application/json", f'{{"seen":{seen}}}'.encode()))
        row = shop("shop.rows").OrderRow(1, "tea")

        answer = asyncio.run(sender("OrderShipped").send(receiver.url, x_attempt=2, tags=["a&b", "c"], body=row))

        [(path, headers, content)] = receiver.seen
        assert (path, content) == ("/hook?tags=a%26b&tags=c", b'{"id":1,"item":"tea"}')
        assert (headers["X-Attempt"], headers["Content-Type"]) == ("2", "application/json")
        assert isinstance(answer, shop("shop.webhooks").OrderShipped.OK)
        assert answer.body.seen == 3

    @pytest.mark.parametrize(
        ("arguments", "faults"),
        [
            ({"x_attempt": 0, "body": {"id": 1, "item": "tea"}}, [("header/X-Attempt", "minimum")]),
            ({"x_attempt": 1, "body": {"item": "tea"}}, [("body/id", "required")]),
            ({"x_attempt": 1, "body": {"id": 1, "item": 2}}, [("body/item", "type")]),
            ({"x_attempt": 1, "body": {"id": 1, "item": "", "secret": ""}}, [("body/secret", "writeOnly")]),
            ({"x_attempt": 1, "body": None}, [("body", "required")]),
        ],
    )
    def test_what_the_document_does_not_say_never_leaves(self, receiver, sender, arguments, faults):
        with pytest.raises(PayloadError) as raised:
            asyncio.run(sender("OrderShipped").send(receiver.url, **arguments))

        assert raised.value.faults == faults
        assert receiver.seen == []

    @pytest.mark.parametrize(
        ("reply", "what"),
        [
            ((201, "", b""), "not documented"),
            ((200, "text/html", b"<p>"), "text/html, which is not documented"),
            ((200, "application/json", b"{"), "not JSON"),
            ((200, "application/json", b"{}"), "does not match its schema"),
            ((200, "application/json", b'{"seen":1,"at":"0000-01-01T00:00:00Z"}'), "that its Python type cannot represent"),
        ],
    )
    def test_an_answer_that_is_not_documented_is_reported(self, receiver, sender, shop, reply, what):
        receiver.replies.append(reply)

        with pytest.raises(ReplyError, match=what):
            asyncio.run(sender("OrderShipped").send(receiver.url, x_attempt=1, body=shop("shop.rows").OrderRow(1, "tea")))

    def test_files_are_sent_in_parts(self, receiver, sender, shop):
        receiver.replies += [(204, "", b"")] * 2
        body = shop("shop.models").PhotoTakenBody(title="tea", photo=File(b"\x89\r\n--", "image/png", 'a"b.png'))

        answer = asyncio.run(sender("PhotoTaken").send(receiver.url, body=body))

        _, headers, content = receiver.seen[0]
        assert headers["Content-Type"].startswith("multipart/form-data; boundary=")
        assert b'name="title"\r\nContent-Type: text/plain; charset=utf-8\r\n\r\ntea\r\n' in content
        assert b'name="photo"; filename="a%22b.png"\r\nContent-Type: image/png\r\n\r\n\x89\r\n--\r\n' in content
        assert answer.status == 204

    def test_parts_are_validated(self, sender, shop):
        body = shop("shop.models").PhotoTakenBody.model_construct(title="longer", photo=File(b"", "image/png"))

        with pytest.raises(PayloadError, match="body/title: maxLength"):
            asyncio.run(sender("PhotoTaken").send("http://127.0.0.1:1", body=body))

    def test_another_media_type_is_sent_if_asked_for(self, receiver, sender):
        receiver.replies.append((200, "", b""))
        media = "application/x-www-form-urlencoded"

        asyncio.run(sender("PhotoTaken").send(receiver.url, body={"title": "a b&c"}, media=media))

        assert receiver.seen[0][1]["Content-Type"] == media
        assert receiver.seen[0][2] == b"title=a+b%26c"


class TestCallbacks:
    def test_go_where_the_subscription_says(self, receiver, sender, shop):
        receiver.replies.append((204, "", b""))
        shipped = sender("Shipped")

        asyncio.run(shipped.send(shipped.url(callback=receiver.url, id="a/b"), body=shop("shop.rows").OrderRow(1, "tea")))

        assert receiver.seen[0][0] == "/hook?order=a%2Fb"
