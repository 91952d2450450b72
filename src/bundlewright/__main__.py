"""Lets `python -m bundlewright` do what the `bundlewright` command does."""

from bundlewright.cli import main

main()
