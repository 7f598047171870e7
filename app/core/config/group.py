"""A group of settings."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Group(BaseModel):
    """Settings about one subject, which `Settings` inherits.

    The docstring of a group is its heading in the reference of settings, and the string below a field is the field's meaning
    there. The reference reads them from the source, so that they cost nothing at start-up.
    """

    model_config = ConfigDict(defer_build=True)
