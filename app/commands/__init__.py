"""What each command of `accord` does, and what that needs imported. `app.cli` says what can be typed, and loads them."""
