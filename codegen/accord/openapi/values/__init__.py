"""Values as text: scalars, headers, the fields of forms and multipart bodies, and JSON that is encoded once."""
