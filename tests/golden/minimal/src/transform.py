"""Cleans ``raw_<entity>`` into ``clean_<entity>``, one ``entity`` or ``all``."""

import inspect
import sys
from pathlib import Path

# Databricks runs this file with exec(): no __file__, and its folder need not be on sys.path.
sys.path.insert(0, str(Path(inspect.getfile(lambda: None)).parent))

from little.main import transform

if __name__ == "__main__":
    transform()
