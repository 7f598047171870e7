"""Security requirements, and where their credentials are found."""
