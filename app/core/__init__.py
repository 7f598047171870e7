"""What every room stands on: settings, database, passwords, limits, logs. Knows no users."""
