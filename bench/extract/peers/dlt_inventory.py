"""Loads the inventory into Parquet files with dlt and says, as JSON, how long that took."""

import json
import resource
import sys
import time

import dlt
from dlt.sources.sql_database import sql_database

url, folder = sys.argv[1:3]
pipeline = dlt.pipeline(
    pipeline_name="bench",
    pipelines_dir=f"{folder}/state",
    destination=dlt.destinations.filesystem(bucket_url=f"file://{folder}/lake"),
    dataset_name="raw",
)
source = sql_database(
    credentials=url.replace("postgres://", "postgresql://", 1),
    schema="public",
    table_names=["inventory"],
    backend="pyarrow",
    chunk_size=100_000,
)
began = time.perf_counter()
pipeline.run(source, loader_file_format="parquet", write_disposition="replace")
seconds = time.perf_counter() - began
rows = pipeline.last_trace.last_normalize_info.row_counts["inventory"]
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps({"rows": rows, "seconds": seconds, "peakMegabytes": peak}))
