"""What asks a real Spark is collected only where PySpark is installed; docs/portability.md says how."""

from importlib.util import find_spec

collect_ignore = [] if find_spec("pyspark") else ["test_spark_engine.py"]
