import { readFileSync } from "node:fs";

/** Ends CI's output with `N passed, N failed` alone on a line. A failed check counts as one failure. */
const [, , resultsFile = "", checksFailed = "1"] = process.argv;
let passed = 0;
let failed = Number(checksFailed);
try {
  const results = JSON.parse(readFileSync(resultsFile, "utf8"));
  passed = results.numPassedTests;
  // A file that cannot even be loaded has no failed test of its own.
  const broken = results.numFailedTests + results.numRuntimeErrorTestSuites;
  failed = broken > 0 ? broken : failed;
} catch {
  failed = Math.max(failed, 1);
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
