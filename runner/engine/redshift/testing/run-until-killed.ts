/** A process of its own that runs one transaction, or one statement, and is killed before it is through. */
import { openRedshift } from "../engine.ts";
import type { RedshiftOptions } from "../engine.ts";

const [options = "", statements = "", run] = process.argv.slice(2);
const engine = await openRedshift({
  ...(JSON.parse(options) as Omit<RedshiftOptions, "readObject">),
  readObject: () => Promise.reject(new Error("nothing is unloaded here")),
});
if (run !== undefined) engine.nameRun(run);
const texts = JSON.parse(statements) as string[];
process.stdout.write("open\n");
if (texts.length === 1) await engine.execute(texts[0] ?? "");
else await engine.transaction(texts);
await engine.close();
process.stdout.write("done\n");
