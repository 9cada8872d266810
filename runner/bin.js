#!/usr/bin/env node
import { loadRunner } from "./launch.js";

const { main } = await loadRunner();
process.exitCode = await main(process.argv.slice(2));
