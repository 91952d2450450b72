"""Keeps pytest from tests that are meant for generated repos."""

collect_ignore = ["inside"]
