"""Paths: templates and precedence, servers and aliases, methods."""

from __future__ import annotations

from tests.codegen.features.case import Case, get, send

IN = "parameter/in"
METHODS = ("PUT", "DELETE", "PATCH", "TRACE", "OPTIONS", "HEAD")
ALLOW = "DELETE, GET, HEAD, OPTIONS, PATCH, PUT, TRACE"
GERMAN = "/v1/paths/gr%C3%B6%C3%9Fe"


def _missing(feature: str, *urls: str) -> list[Case]:
    return [get(feature, url).refused(status=404) for url in urls]


def _method(method: str) -> list[Case]:
    key = f"path item/{method.lower()}"
    other = send(key, method, "/v1/paths/literal")
    return [
        send(key, method, "/v1/methods").takes(),
        # HEAD is answered as GET and OPTIONS by the engine, where the document has neither.
        *([other.refused(status=405, allow="GET, HEAD, OPTIONS")] if method not in ("HEAD", "OPTIONS") else []),
    ]


TEMPLATES = [
    get(IN, "/v1/paths/ada").takes(name="ada"),
    get(IN, "/v1/paths/a%2Fb").takes(name="a/b"),
    get(IN, "/v1/paths/a+b%20c").takes(name="a+b c"),
    get(IN, "/v1/paths/%C3%A9").takes(name="é"),
    get(IN, "/v1/paths/%FF").refused(status=404),
    get(IN, "/v1/paths/1234567890").refused("path/name maxLength"),
    get("document/paths", "/v1/paths/literal").takes(),
    get("document/paths", "/v1/paths/lit%65ral").takes(),
    get("document/paths", "/v1/paths/Literal").takes(name="Literal"),
    get(IN, "/v1/paths/v1.20").takes(major=1, minor=20),
    get(IN, "/v1/paths/v1.x").refused("path/minor type"),
    get(IN, "/v1/paths/v01.2").refused("path/major type"),
    get(IN, "/v1/paths/a.b.csv").takes(name="a.b", extension="csv"),
    get(IN, "/v1/paths/a.exe").refused("path/extension enum"),
    get(IN, "/v1/paths/literal/inner").takes(name="literal"),
    get(IN, f"{GERMAN}/%C3%BCber%20alles").takes(breite="über alles"),
    get(IN, f"{GERMAN}/breit").refused("path/breite enum"),
    *_missing(
        "document/paths",
        *("/v1/paths", "/v1/paths/", "/v1/paths/ada/", "/v1//paths/ada", "/v1/paths/ada/other", "/paths/ada", "/", "/v1"),
    ),
]

SERVERS = [
    get("document/servers", "/v2/paths/literal").takes(),
    *_missing("document/servers", "/v3/paths/literal", "/eu/v1/paths/literal", "/{version}/paths/literal"),
    get("path item/servers", "/files/servers/item").takes(),
    get("path item/servers", "/servers/item").takes(),
    *_missing("path item/servers", "/v1/servers/item"),
    get("operation/servers", "/beta/servers/operation").takes(),
    *_missing("operation/servers", "/v1/servers/operation", "/servers/operation"),
    get("server/url", "/v1/methods").takes(),
    *_missing("server/url", "/https://eu.example.org/v1/methods"),
    get("server/variables", "/v2/methods").takes(),
    *_missing("server/variables", "/v{version}/methods"),
    get("server variable/enum", "/v2/methods").takes(),
    *_missing("server variable/enum", "/v0/methods"),
    get("server variable/default", "/v1/methods").takes(),
    *_missing("server variable/default", "/methods"),
    get("document/x-accord-alias", "/v1/latest/ada").takes(name="ada"),
    get("document/x-accord-alias", "/v1/latest/literal").takes(),
    *_missing("document/x-accord-alias", "/latest/ada", "/v1/latestx/ada"),
]

VERBS = [
    get("path item/get", "/v1/methods").takes(),
    *[case for method in METHODS for case in _method(method)],
    send("path item/head", "HEAD", "/v1/paths/literal").takes(),
    send("path item/head", "HEAD", "/v1/paths/1234567890").refused(),
    send("path item/options", "OPTIONS", "/v1/paths/ada").answers(None, 204, allow="GET, HEAD, OPTIONS"),
    send("path item/options", "OPTIONS", "/v1/nowhere").refused(status=404),
    send("path item/post", "POST", "/v1/methods").refused(status=405, allow=ALLOW),
    send("path item/post", "POST", "/v1/bodies/optional").takes(),
    send("path item/get", "GET", "/v1/bodies/json").refused(status=405, allow="OPTIONS, POST"),
    send("path item/get", "BREW", "/v1/methods").refused(status=405, allow=ALLOW),
    send("path item/get", "get", "/v1/methods").refused(status=405, allow=ALLOW),
    get("path item/parameters", "/v1/paths/ada").takes(name="ada"),
    get("path item/parameters", "/v1/paths/1234567890").refused("path/name maxLength"),
]

CASES = [*TEMPLATES, *SERVERS, *VERBS]
