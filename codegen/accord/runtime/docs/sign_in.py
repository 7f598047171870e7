"""The sign-in form of the landing page, for the operation that the document declares for it (`x-accord-console`)."""

from __future__ import annotations

import html
from collections.abc import Iterable
from typing import Any

from accord.document.document import Document
from accord.jsonschema.schema import conjuncts, property_names, value_schema
from accord.jsonschema.types import admitted_types
from accord.openapi.api import API
from accord.openapi.media_type import Media
from accord.openapi.operation import Operation
from accord.runtime.docs.layout import inline

_FORM = """<form class="card" id="sign-in" {attributes}>
<h2>Sign in for the docs</h2>
<p class="muted">Requests from the docs then carry your access token, in this tab, until you close it.</p>
{shown}
{others}
<p class="actions"><button class="primary">Sign in</button></p>
<p role="status" class="error"></p>
</form>
<div class="card" id="signed-in" hidden>
<h2>Signed in</h2>
<p>Requests from <a href="docs">the docs</a> carry your access token in this tab.</p>
<p class="actions"><button type="button">Sign out</button></p>
</div>"""
_OTHERS = "<details><summary>More fields</summary>\n{fields}\n</details>"


def form(document: Document, api: API) -> str:
    """The form as HTML; empty if the document declares no operation that signs in with JSON and returns a bearer token."""
    sign_in, sign_out, refresh = (_declared(api, role) for role in ("sign-in", "sign-out", "refresh"))
    scheme = next((name for name, node in document.root.named("components", "securitySchemes") if _is_bearer(node.value)), None)
    media = None if sign_in is None else _json(sign_in)
    if sign_in is None or scheme is None or media is None or media.schema is None:
        return ""
    names = [
        name for name in property_names(media.schema) if "string" in (admitted_types(value_schema(media.schema, name)) or ())
    ]
    first = {name for part in conjuncts(media.schema) for name in part.value.get("required", ())} or set(
        _example(media) or names
    )
    attributes = {"data-scheme": scheme, "data-method": sign_in.method, "data-path": _address(sign_in)}
    if sign_out is not None:
        attributes |= {"data-sign-out-method": sign_out.method, "data-sign-out-path": _address(sign_out)}
    if refresh is not None and (token := _refresh_token(refresh)) is not None:
        attributes |= {
            "data-refresh-method": refresh.method,
            "data-refresh-path": _address(refresh),
            "data-refresh-property": token,
        }
    others = [name for name in names if name not in first]
    return _FORM.format(
        attributes=" ".join(f'{name}="{html.escape(value)}"' for name, value in attributes.items()),
        shown=_fields(media, (name for name in names if name in first)),
        others=_OTHERS.format(fields=_fields(media, others)) if others else "",
    )


def _declared(api: API, role: str) -> Operation | None:
    return next((operation for operation in api.operations if operation.node.value.get("x-accord-console") == role), None)


def _json(operation: Operation) -> Media | None:
    return next((one for one in operation.bodies.values() if one.kind == "json"), None)


def _refresh_token(operation: Operation) -> str | None:
    """The property of the body that is a refresh token, by its name: `refresh_token`, `refreshToken`."""
    media = _json(operation)
    names = () if media is None or media.schema is None else property_names(media.schema)
    return next((name for name in names if name.lower().replace("_", "").replace("-", "") == "refreshtoken"), None)


def _is_bearer(scheme: dict[str, Any]) -> bool:
    return scheme.get("type") in ("oauth2", "openIdConnect") or str(scheme.get("scheme")).lower() == "bearer"


def _address(operation: Operation) -> str:
    return (operation.prefixes[0] + operation.path).lstrip("/")


def _example(media: Media) -> dict[str, Any] | None:
    """The first example of the body: what people usually send."""
    examples = [node.value.get("value") for _, node in media.node.named("examples")]
    found = next(iter(examples), media.node.value.get("example"))
    return found if isinstance(found, dict) else None


def _fields(media: Media, names: Iterable[str]) -> str:
    """Inputs of text, as the schema of the body describes them."""
    return "\n".join(_field(media, name) for name in names)


def _field(media: Media, name: str) -> str:
    assert media.schema is not None  # noqa: S101 - checked by the caller, for mypy
    values = [part.value for part in conjuncts(value_schema(media.schema, name))]
    is_password = "password" in name.lower() or any(value.get("format") == "password" for value in values)
    kind = "current-password" if is_password else "one-time-code" if "code" in name.lower() else "username"
    text = next((inline(value["description"]) for value in values if "description" in value), "")
    escaped = html.escape(name)
    return (
        f'<label for="sign-in-{escaped}">{escaped.replace("_", " ").capitalize()}</label>\n'
        f'<input id="sign-in-{escaped}" name="{escaped}" type="{"password" if is_password else "text"}" autocomplete="{kind}"'
        + (f' aria-describedby="about-{escaped}">\n<p class="help" id="about-{escaped}">{text}</p>' if text else ">")
    )
