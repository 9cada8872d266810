import { writeSync } from "node:fs";

/** Loaded into a process that is measured: tells at its end, on file descriptor 3, what it took. */
process.on("exit", () => {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  const cpuSeconds = (userCPUTime + systemCPUTime) / 1e6;
  writeSync(3, JSON.stringify({ cpuSeconds, megabytes: maxRSS / 1024 }));
});
