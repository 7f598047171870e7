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


class AccordError(Exception):
    """An expected failure of the toolkit."""
