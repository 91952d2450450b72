"""Copy the samples of the repo into a volume: compute does not read the workspace's files.

Python's own file calls do: https://docs.databricks.com/files/workspace
"""

from pathlib import Path

from pyspark.sql import SparkSession

from ..ops.outcome import Outcome, counted


def run(spark: SparkSession, catalog: str, schema: str, samples: str, volume: str) -> Outcome:
    """Write each sample to the volume, unless it is there with the same content.

    Args:
        spark: the session.
        catalog: catalog of the tables.
        schema: schema of the tables.
        samples: folder of the samples in the workspace.
        volume: path of the volume.

    Returns:
        The number of samples.
    """
    files = sorted(file for file in Path(samples).iterdir() if file.is_file())
    for file in files:
        copy, content = Path(volume, file.name), file.read_bytes()
        if not copy.exists() or copy.read_bytes() != content:
            copy.write_bytes(content)
    return counted(len(files))
