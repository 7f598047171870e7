"""Values written as text: scalars by JSON literals, the fields of forms and multipart bodies."""
