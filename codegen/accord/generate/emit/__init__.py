"""From the intermediate representation to Python source, one module for each kind of generated file."""
