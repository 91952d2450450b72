"""Reading a bundle: YAML with places, includes, targets, variables, one model."""
