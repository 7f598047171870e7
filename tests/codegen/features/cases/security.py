"""Security: where each scheme finds its credential, and how requirements combine."""

from __future__ import annotations

from tests.codegen.features.case import Case, get

READER, BASIC = "Bearer reader", "Basic cmVhZGVyOnNlY3JldA=="  # reader:secret
CHALLENGE = 'Basic realm="Features", charset="UTF-8"'


def _sent(path: str, authorization: str | None = None, feature: str = "security scheme/scheme", **sent: str) -> Case:
    if authorization is not None:
        sent["Authorization"] = authorization
    return get(feature, f"/v1/security/{path}", (), **sent)


def _unknown(case: Case, challenge: str = "Bearer") -> Case:
    return case.refused(status=401, www_authenticate=challenge)


TWICE = (("Authorization", READER), ("Authorization", READER))
HTTP = [
    _sent("bearer", READER).takes(principal="reader"),
    _sent("bearer", "bearer   reader").takes(principal="reader"),
    *[
        _unknown(_sent("bearer", sent))
        for sent in (None, "", "Bearer", "Bearer nobody", "Token reader", BASIC, "Bearer reader x")
    ],
    _unknown(get("security scheme/scheme", "/v1/security/bearer", TWICE)),
    _unknown(get("security scheme/scheme", "/v1/security/bearer?access_token=reader")),
    _sent("basic", BASIC).takes(principal="reader:secret"),
    _sent("basic", BASIC.replace("Basic", "bAsIc")).takes(principal="reader:secret"),
    *[_unknown(_sent("basic", sent), CHALLENGE) for sent in (None, READER, "Basic reader:secret", "Basic cmVhZGVy", "Basic !")],
    _sent("hawk", "Hawk reader").takes(principal="reader"),
    *[_unknown(_sent("hawk", sent), "Hawk") for sent in (None, READER, "Hawk nobody", "Hawkreader")],
]

KEYS = [
    _sent("header", feature="security scheme/in", X_Key="reader").takes(principal="reader"),
    _unknown(_sent("header", feature="security scheme/in", X_Key="nobody"), 'ApiKey in="header"'),
    _unknown(_sent("header", READER, feature="security scheme/in"), 'ApiKey in="header"'),
    _unknown(_sent("header?X-Key=reader", feature="security scheme/in"), 'ApiKey in="header"'),
    _sent("query?key=reader&page=2", feature="security scheme/name").takes(principal="reader", page=2),
    _sent("query?k%65y=re%61der", feature="security scheme/name").takes(principal="reader"),
    _unknown(_sent("query?Key=reader", feature="security scheme/name"), 'ApiKey in="query"'),
    _unknown(_sent("query?key=reader&key=reader", feature="security scheme/name"), 'ApiKey in="query"'),
    _unknown(_sent("query?key=", feature="security scheme/name"), 'ApiKey in="query"'),
    _sent("query?key=reader&other=1", feature="security scheme/name").refused("query/other unknown"),
    _sent("cookie", feature="security scheme/in", Cookie="a=1; session=reader").takes(principal="reader"),
    _unknown(_sent("cookie", feature="security scheme/in", Cookie="Session=reader"), 'ApiKey in="cookie"'),
    _unknown(_sent("cookie", feature="security scheme/in", Cookie="session=nobody"), 'ApiKey in="cookie"'),
]

TYPE = "security scheme/type"
COMBINED = "operation/security"
OTHERS = [
    _sent("oauth", "Bearer writer", feature=TYPE).takes(principal="writer"),
    _sent("oauth", READER, feature=TYPE).refused(status=403, www_authenticate=None),
    _unknown(_sent("oauth", feature=TYPE)),
    _sent("openid", READER, feature=TYPE).takes(principal="reader"),
    _unknown(_sent("openid", BASIC, feature=TYPE)),
    _sent("either", READER, feature=COMBINED).takes(principal="reader"),
    _sent("either", feature=COMBINED, X_Key="writer").takes(principal="writer"),
    _sent("either", "Bearer nobody", feature=COMBINED, X_Key="writer").takes(principal="writer"),
    _sent("either", feature=COMBINED).refused(status=401),
    _sent("either", BASIC, feature=COMBINED, X_Key="nobody").refused(status=401),
    _sent("both", "Bearer writer", feature=COMBINED, X_Key="reader").takes(principal="reader"),
    _sent("both", READER, feature=COMBINED).refused(status=401),
    _sent("both", feature=COMBINED, X_Key="reader").refused(status=401),
    _sent("both", READER, feature=COMBINED, X_Key="nobody").refused(status=401),
    _sent("optional", feature=COMBINED).takes(),
    _sent("optional", READER, feature=COMBINED).takes(principal="reader"),
    _unknown(_sent("optional", "Bearer nobody", feature=COMBINED)),
    _unknown(_sent("optional", "", feature=COMBINED)),
    _sent("scopes", READER, feature=COMBINED).takes(principal="reader"),
    _sent("scopes", "Bearer writer", feature=COMBINED).takes(principal="writer"),
    _sent("scopes", "Bearer reader:secret", feature=COMBINED).refused(status=403),
    _sent("recent", "Bearer writer", feature="operation/x-accord-step-up").takes(principal="writer"),
    _sent("recent", READER, feature="operation/x-accord-step-up").refused(
        status=401, www_authenticate='Bearer error="insufficient_user_authentication"'
    ),
    get("document/security", "/v1/paths/ada").takes(name="ada"),
    get("document/security", "/v1/paths/ada", Authorization=READER).takes(principal="reader", name="ada"),
    get("document/security", "/v1/paths/ada", Authorization="Bearer nobody").refused(status=401, www_authenticate="Bearer"),
    get(COMBINED, "/v1/paths/literal", Authorization="Bearer nobody").takes(),
]

CASES = [*HTTP, *KEYS, *OTHERS]
