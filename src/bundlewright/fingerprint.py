"""Names findings by what they say, so that one is known again after the files have changed."""


def fingerprint(finding, folder=""):
    """Name a finding by its rule, its file, its configuration path and its message.

    Lines, columns and indexes of lists do not count: whatever is written above moves them.

    Args:
        finding: a `bundlewright.finding.Finding`.
        folder: the bundle's folder, where findings of several bundles are told apart.

    Returns:
        32 hexadecimal digits. Findings that say the same of two items of a list have the same.
    """
    import hashlib  # a check that compares nothing does not need it

    keys = [part for part in finding.path if not isinstance(part, int)]
    parts = (folder, finding.file, finding.code, *keys, finding.message)
    return hashlib.sha256("\0".join(parts).encode(errors="replace")).hexdigest()[:32]


def fingerprints(findings, folder=""):
    """Give each finding of a bundle a name of its own.

    Args:
        findings: `Finding`s in their order.
        folder: see `fingerprint`.

    Yields:
        Each `Finding` and its name: the fingerprint, with a number from the second equal one on.
    """
    times = {}
    for finding in findings:
        name = fingerprint(finding, folder)
        times[name] = times.get(name, 0) + 1
        yield finding, name if times[name] == 1 else f"{name}-{times[name]}"
