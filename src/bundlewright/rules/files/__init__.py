"""Family 6: the files that a bundle's configuration names, builds and uploads."""
