"""Health: what its tests need beyond the document."""

COSTS = {"getHealth": 0, "getReadiness": 1}
ACCESS = {
    "getHealth": (200, 200, 200, 200, 200),
    "getReadiness": (200, 200, 200, 200, 200),
}
FLOORS = {"getHealth": 1.0, "getReadiness": 1.0}
