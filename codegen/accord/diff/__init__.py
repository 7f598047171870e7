"""The changes between two OpenAPI documents, which clients they break, and the version bump that they require."""

from accord.diff.comparison import Comparison, diff
from accord.diff.findings import Bump, Finding

__all__ = ["Bump", "Comparison", "Finding", "diff"]
