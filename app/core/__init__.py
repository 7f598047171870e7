"""The foundation of the service: settings, databases, cache, limits, mail, passwords, logs. Knows no users."""
