"""Comments that ignore findings; `bundlewright.ignoring` says what they hold for."""

from bundlewright.finding import WARNING
from bundlewright.rules import Problem, rule


@rule("BW050", WARNING, on="ignores")
def useless_ignore(ignores, asked):
    """A comment that ignores findings has nothing to ignore, or cannot be understood.

    The mistake is gone, its code is misspelt, or the comment stands elsewhere. Left there, it would
    hide the next mistake.

    Fails:
        bundle:
          name: sales # bundlewright: ignore[BW301]
    Passes:
        bundle:
          name: sales
        typo: 1 # bundlewright: ignore[BW101] kept for another tool
    """
    for ignore in ignores:
        faults = [
            f"{code} finds nothing here" for code in ignore.codes if code in asked - ignore.used
        ]
        for fault in [ignore.fault] if ignore.fault else faults:
            message = f"the comment has no effect: {fault}"
            yield Problem(message, hint="remove it", place=ignore.place)
