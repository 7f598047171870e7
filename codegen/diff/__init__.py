"""Two versions of a document compared: what changed, whom it breaks, and the part of the version that it asks for."""

from codegen.diff.comparison import Comparison, diff
from codegen.diff.findings import Finding, Rating

__all__ = ["Comparison", "Finding", "Rating", "diff"]
