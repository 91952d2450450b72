"""The pipeline's rules: what is in its tables. The files that declare the tables import them."""
