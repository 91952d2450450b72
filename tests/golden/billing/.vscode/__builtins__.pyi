# What notebooks have without an import: https://github.com/microsoft/pyright/blob/main/docs/builtins.md
from typing import Any

from pyspark.sql import SparkSession

dbutils: Any
spark: SparkSession
