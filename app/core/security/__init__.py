"""Password hashing, password strength, and opaque tokens."""
