import { Failure } from "../core/diagnostic.ts";
import type { ResultSet } from "../core/ports.ts";
import { openPointers } from "./lake-pointers.ts";
import type { ExitCode } from "./options.ts";
import { askAndClose, counting, ofRecord, printQuery, queryText } from "./query.ts";
import type { QueryOptions } from "./query.ts";
import { assertReads, openManifests } from "./reader.ts";

/** Runs a query over whatever the lake has, whether or not the project still declares it. */
export async function lakeSqlCommand(sql: string, options: QueryOptions): Promise<ExitCode> {
  return printQuery(queryText(sql), options, async (query, rowLimit): Promise<ResultSet> => {
    assertReads(query);
    const { lake, target, pointed } = await openPointers(options);
    if (pointed.length === 0) {
      const message = `Nothing is published in ${target.lake.address} yet.`;
      throw new Failure([{ code: "UPSTREAM_MISSING", message, hint: "Build it: runner build" }]);
    }
    const manifests = pointed.map(({ manifest }) => manifest);
    return ofRecord(target, query, async () => {
      const engine = await openManifests({ lake, manifests, query, threads: target.threads });
      return counting(await askAndClose(engine, query, rowLimit));
    });
  });
}
