import { runApiBench } from "./api/api-bench.ts";
import { runCompileBench } from "./compile/compile-bench.ts";
import { runExtractBench } from "./extract/extract-bench.ts";

const benches: Readonly<Record<string, (args: readonly string[]) => Promise<void>>> = {
  api: runApiBench,
  compile: runCompileBench,
  extract: runExtractBench,
};

const [name = "", ...args] = process.argv.slice(2);
const bench = benches[name];
if (bench === undefined) {
  process.stderr.write(`Usage: npm run bench -- <${Object.keys(benches).join("|")}> [options]\n`);
  process.exitCode = 2;
} else {
  await bench(args);
}
