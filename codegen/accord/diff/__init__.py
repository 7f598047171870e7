"""Two versions of a document compared: what changed, whom it breaks, and the part of the version that it asks for."""

from accord.diff.comparison import Comparison, diff
from accord.diff.findings import Finding, Rating

__all__ = ["Comparison", "Finding", "Rating", "diff"]
