"""Profiles: what their tests need beyond the document."""

COSTS = {"listUserProfiles": 1, "getUserProfile": 1}
ACCESS = {
    "listUserProfiles": (200, 200, 200, 200, 200),
    "getUserProfile": (200, 200, 200, 200, 404),
}
FLOORS = {"listUserProfiles": 0.5, "getUserProfile": 0.5}
