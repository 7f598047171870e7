"""Fidelity: the runtime's verdicts compared with those of an independent validator."""
