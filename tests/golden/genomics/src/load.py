"""Joins the tables ``clean_<entity>`` into ``totals``."""

import inspect
import sys
from pathlib import Path

# Databricks runs this file with exec(): no __file__, and its folder need not be on sys.path.
sys.path.insert(0, str(Path(inspect.getfile(lambda: None)).parent))

from variant_calls.main import load

if __name__ == "__main__":
    load()
