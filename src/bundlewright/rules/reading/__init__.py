"""Family 0: the files of a bundle and how they come together."""
