import { loadRunner } from "./launch.js";

// The process in which a role's query runs; the version is that of the runner that starts it, where it knows its own.
const { serve } = await loadRunner("engine/duckdb/sandbox/child", process.argv[2]);
serve();
