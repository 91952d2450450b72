"""The champion predicts what is not known yet."""

import inspect
import sys
from pathlib import Path

# Databricks runs this file with exec(): no __file__, and its folder need not be on sys.path.
sys.path.insert(0, str(Path(inspect.getfile(lambda: None)).parent))

from variant_calls.main import score_batch

if __name__ == "__main__":
    score_batch()
