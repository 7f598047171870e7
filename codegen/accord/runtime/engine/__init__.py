"""The engine: operations compiled at start, the steps of every request in their order, and how responses are sent."""
