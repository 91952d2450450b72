"""Findings as people and programs read them. A report never looks at the bundle."""

FORMATS = ("text", "json")
