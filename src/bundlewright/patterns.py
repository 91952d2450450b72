"""Regular expressions that cost nothing until they are used.

To compile one takes a tenth of a millisecond and more, and a run needs few of all that there are.
"""

import re


class Pattern:
    """Stands for `re.compile(pattern, flags)`, which is made when its first method is asked for."""

    def __init__(self, pattern, flags=0):
        self._arguments = pattern, flags

    def __getattr__(self, name):
        method = getattr(re.compile(*self._arguments), name)
        setattr(self, name, method)
        return method
