"""Loads the inventory into Parquet files with Sling and says, as JSON, how long that took."""

import json
import os
import resource
import sys
import time

from sling import Sling

url, folder = sys.argv[1:3]
os.environ["BENCH"] = url.replace("postgres://", "postgresql://", 1) + "?sslmode=disable"
began = time.perf_counter()
Sling(
    src_conn="BENCH",
    src_stream="public.inventory",
    tgt_object=f"file://{folder}/inventory.parquet",
    mode="full-refresh",
).run()
seconds = time.perf_counter() - began
# Sling is a program that this one starts.
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
print(json.dumps({"seconds": seconds, "peakMegabytes": peak}))
