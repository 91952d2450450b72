"""Copies the files in ``samples`` to the volume ``volume``, from which the job reads them."""

import inspect
import sys
from pathlib import Path

# Databricks runs this file with exec(): no __file__, and its folder need not be on sys.path.
sys.path.insert(0, str(Path(inspect.getfile(lambda: None)).parent))

from little.main import copy_samples

if __name__ == "__main__":
    copy_samples()
