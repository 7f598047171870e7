"""Two schemas compared by meaning, however they are written."""
