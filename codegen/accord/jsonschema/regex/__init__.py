"""Regular expressions: parsed, translated, sampled, and checked for catastrophic backtracking."""
