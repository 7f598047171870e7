"""Fidelity: the verdicts of the runtime compared with those of an independent validator."""
