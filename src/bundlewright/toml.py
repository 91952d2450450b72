"""Reads TOML with what Python brings, or with the package that stands in for it before 3.11."""


def parse_toml(text):
    """Parse TOML.

    Args:
        text: the text of a file.

    Returns:
        Its tables, as a dict.

    Raises:
        ValueError: it is not TOML; the message says why and where.
    """
    try:
        import tomllib  # few runs need it
    except ImportError:  # Python 3.10
        import tomli as tomllib
    return tomllib.loads(text)
