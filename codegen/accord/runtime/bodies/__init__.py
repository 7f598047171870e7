"""Request bodies: one parser per kind of media type; and the bodies that webhooks send."""
