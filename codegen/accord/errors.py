"""The base of the toolkit's own exceptions. Their text is meant for the user and needs no traceback.

AccordError
├── DocumentError        the document cannot be used; one `file:line: what` for each finding   document.findings
│   └── NoValue          no valid value of a schema was found                                  jsonschema.sampling
├── ReadingError         a reading cannot be applied                                           document.adoption.readings
├── BindingError         handlers and document differ                                          document.findings
├── GenerationError      nothing was generated                                                 generate.package
└── LintSettingsError    the settings of the linter are wrong                                  lint.profiles
"""

from __future__ import annotations

from typing import ClassVar


class AccordError(Exception):
    """An expected failure of the toolkit."""


class ApiError(Exception):
    """One problem for the client; `detail` is one sentence: what is wrong and with what. No SQL, no secrets."""

    status: ClassVar[int]
    type: ClassVar[str]
    title: ClassVar[str]

    def __init__(self, detail: str, *, retry_after: int | None = None, limits: tuple[tuple[bytes, bytes], ...] = ()) -> None:
        super().__init__(detail)
        self.detail = detail
        self.retry_after = retry_after  # seconds; becomes the Retry-After header
        self.limits = limits  # headers that tell of the limit that refuses, not of the one that was counted last
