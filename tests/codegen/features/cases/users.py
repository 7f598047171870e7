"""Strictness: what contract-first servers are known to let through, on an everyday API."""

from __future__ import annotations

from typing import Any

from accord.runtime import File
from tests.codegen.features.case import BOUNDARY, Case, get, parts, post_json, send

ID = "6f9619ff-8b86-4d01-b42d-00cf4fc964ff"
USERS, USER, AVATAR = "/v1/users", f"/v1/users/{ID}", f"/v1/users/{ID}/avatar"
TOKEN = {"Authorization": "Bearer writer"}
NEW = {"name": "Ada L", "email": "ada@example.org", "contact": {"kind": "phone", "number": "1"}}
MULTIPART, MERGE = f"multipart/form-data; boundary={BOUNDARY}", "application/merge-patch+json"


def _listed(query: str, feature: str = "parameter/schema") -> Case:
    return get(feature, f"{USERS}?{query}")


def _signed(case: Case) -> Case:
    return Case(case.feature, case.method, case.url, case.sent | TOKEN, case.body)


def _created(feature: str, **changed: Any) -> Case:
    value = {name: item for name, item in {**NEW, **changed}.items() if item is not ...}
    return _signed(post_json(feature, USERS, value))


def _patched(value: Any, media: str = MERGE) -> Case:
    return _signed(post_json("request body/content", USER, value, media, "PATCH"))


def _avatar(*written: tuple[str, ...]) -> Case:
    return send("request body/content", "PUT", AVATAR, parts(*written), MULTIPART)


PNG = "Content-Type: image/png"
QUERY = [
    get("parameter/name", USERS).takes(page=1),
    _listed("page=2&ids=1,2&filter[name]=a&filter[active]=true").takes(
        page=2, ids=[1, 2], filter={"name": "a", "active": True}
    ),
    _listed("pag=2", "parameter/name").refused("query/pag unknown"),
    _listed("page=2&PAGE=2", "parameter/name").refused("query/PAGE unknown"),
    _listed("page=1&page=2").refused("query/page repeated"),
    _listed("page=0").refused("query/page minimum"),
    _listed("page=101").refused("query/page maximum"),
    *[_listed(f"page={text}").refused("query/page type") for text in ("1.0", "01", "%2B1", "%201", "true", "1e0", "")],
    _listed("ids=1,2,3,4").refused("query/ids maxItems"),
    _listed("ids=1&ids=2").refused("query/ids repeated"),
    _listed("ids=1,,2").refused("query/ids/1 type"),
    _listed("filter[name]=").refused("query/filter/name minLength"),
    _listed("filter[nam]=a").refused("query/filter/nam additionalProperties"),
    _listed("filter[active]=1").refused("query/filter/active type"),
    _listed('filter={"name":"a"}').refused("query/filter unknown"),
]
ELSEWHERE = [
    get("parameter/in", USERS, X_Tenant=ID, Cookie="session=abcd1234").takes(page=1, x_tenant=ID, session="abcd1234"),
    get("parameter/in", USERS, X_Tenant="me").refused("header/X-Tenant format"),
    get("parameter/in", USERS, X_Tenant=f"{ID}, {ID}").refused("header/X-Tenant format"),
    get("parameter/in", USERS, Cookie="session=ABCD1234").refused("cookie/session pattern"),
    get("parameter/in", USERS, Cookie="session=abcd12345").refused("cookie/session pattern"),
    get("parameter/in", USERS, Cookie="session=abcd123%0A").refused("cookie/session pattern"),
    get("parameter/in", USER).takes(user_id=ID),
    get("parameter/in", f"{USER}%0A").refused("path/user_id format"),
    get("parameter/in", "/v1/users/me").refused("path/user_id format"),
    get("document/paths", f"{USERS}/").refused(status=404, location=None),
    get("document/paths", f"{USER}/").refused(status=404, location=None),
    send("path item/post", "DELETE", USERS).refused(status=405, allow="GET, HEAD, OPTIONS, POST"),
    send("path item/put", "GET", AVATAR).refused(status=405, allow="OPTIONS, PUT"),
]
BODY = [
    _created("schema/required").takes(principal="writer", body=NEW),
    _signed(post_json("schema/required", USERS, {})).refused(
        "body/name required", "body/email required", "body/contact required"
    ),
    _created("schema/additionalProperties", role="admin").refused("body/role additionalProperties"),
    _created("schema/type", name=None).refused("body/name type"),
    _created("schema/type", name=7).refused("body/name type"),
    _created("schema/pattern", name="Ada\n").refused("body/name pattern"),
    _created("schema/maxLength", name="a" * 21).refused("body/name maxLength"),
    _created("schema/maxLength", email=f"{'a' * 19}@example.org").refused("body/email maxLength"),
    _created("schema/format", email="ada").refused("body/email format"),
    _created("schema/uniqueItems", tags=["a", "a"]).refused("body/tags uniqueItems"),
    _created("schema/maxItems", tags=["a", "b", "c", "d"]).refused("body/tags maxItems"),
    _created("schema/oneOf", contact={"kind": "mail", "address": "a"}).takes(
        principal="writer", body={**NEW, "contact": {"kind": "mail", "address": "a"}}
    ),
    _created("schema/oneOf", contact={"kind": "fax", "number": "1"}).refused(
        "body/contact/kind const", "body/contact/address required"
    ),
    _patched({"bio": None}).takes(principal="writer", user_id=ID, body={"bio": None}),
    _patched({}).refused("body minProperties"),
    _patched({"name": None}).refused("body/name type"),
    _patched({"bio": "a"}, "application/json").refused(status=415, accept=MERGE),
    _patched({"bio": "a"}, "text/plain").refused(status=415, accept=MERGE),
    _avatar(("image", "i", PNG), ("caption", "c")).takes(user_id=ID, body={"image": File(b"i", "image/png"), "caption": "c"}),
    _avatar(("caption", "c")).refused("body/image required"),
    _avatar(("image", "i", "Content-Type: image/gif")).refused("body/image contentType"),
    _avatar(("image", "i", PNG), ("caption", "longer")).refused("body/caption maxLength"),
    _avatar(("image", "i", PNG), ("image", "j", PNG)).refused("body/image repeated"),
]
SIGNED = [
    post_json("operation/security", USERS, NEW).refused(status=401, www_authenticate="Bearer"),
    post_json("operation/security", USERS, {}).refused(status=401),
    _created("operation/security").takes(principal="writer", body=NEW),
    Case("operation/security", "POST", USERS, {"Authorization": "bearer writer"}).refused(status=400),
    Case("operation/security", "POST", USERS, {**TOKEN, "Content-Type": "text/plain"}, b"x").refused(status=415),
    Case("operation/security", "POST", f"{USERS}?x=1", {"Authorization": "Bearer x"}, b"x").refused(status=401),
]

CASES = [*QUERY, *ELSEWHERE, *BODY, *SIGNED]
