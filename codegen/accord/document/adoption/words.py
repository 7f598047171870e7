"""The kinds of readings, and the usual reason for each."""

from __future__ import annotations

from typing import Literal

# drop: left out: a keyword is ignored; a parameter, media type or operation is not served.
# apply: a keyword beside a `$ref` applies, which OpenAPI 3.0 says to ignore.
# allow-null: `nullable` allows null, which without a `type` beside it has no effect.
# keep: the keyword means what OpenAPI 3.1 says.
# declare: the parameters of a path that are not declared are required strings.
# set: the given value is written there.
Word = Literal["drop", "apply", "allow-null", "keep", "declare", "set"]

REASONS: dict[Word, str] = {
    "drop": "Left out, as most tools do.",
    "apply": "Most tools apply what is written beside a $ref.",
    "allow-null": "Authors write `nullable` to allow null, and most tools read it so.",
    "keep": "OpenAPI 3.1 allows it, and it is read as there.",
    "declare": "Most tools take a path parameter that is not declared as a string.",
    "set": "A value that changes as little as possible.",
}
