import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SCHEMA = Path(__file__).parents[2] / "src/bundlewright/schema"


def test_committed_files_are_what_the_script_builds(tmp_path: Path) -> None:
    pytest.importorskip(
        "databricks.bundles",
        reason="needs databricks-bundles (pip install --group schema)",
    )
    for name in ("build.py", "toplevel.py"):
        shutil.copy(SCHEMA / name, tmp_path)
    subprocess.run([sys.executable, tmp_path / "build.py"], check=True)
    for name in ("bundle.schema.json", "table.json"):
        assert (tmp_path / name).read_bytes() == (SCHEMA / name).read_bytes(), (
            f"{name} is not what build.py writes: run `python src/bundlewright/schema/build.py`"
        )
