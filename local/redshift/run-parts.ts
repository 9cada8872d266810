import type pg from "pg";
import { engineMessage } from "./engine-errors.ts";
import { delay, failAsTold } from "./execution-faults.ts";
import { bindParameters, refuseEmptyValues } from "./parameters.ts";
import { measureResult } from "./result-pages.ts";
import type { RunContext } from "./run-context.ts";
import { executeStatement } from "./sql/execute-statement.ts";
import type { Part, Statement } from "./statements.ts";

/** All parts or none. Throws when it was none. */
export async function runTransaction(
  statement: Statement,
  client: pg.Client,
  context: RunContext,
): Promise<void> {
  const { signal } = statement.cancelling;
  await client.query("begin");
  try {
    for (const [index, part] of statement.parts.entries()) {
      await runPart(statement, part, { client, context }).catch((error: unknown) => {
        throw new Error(`Query #${index + 1} failed with ${part.error ?? ""}`, { cause: error });
      });
    }
    await failAsTold("commit", client, { faults: context.faults, signal });
    await client.query("commit");
  } catch (error) {
    await client.query("rollback").catch(() => undefined);
    throw error;
  }
}

/** Each for itself: one that fails does not stop the others. Returns the first failure; throws only when cancelled. */
export async function runEach(
  statement: Statement,
  client: pg.Client,
  context: RunContext,
): Promise<string | undefined> {
  let first: string | undefined;
  for (const [index, part] of statement.parts.entries()) {
    try {
      await runPart(statement, part, { client, context });
    } catch (error) {
      if (statement.cancelling.signal.aborted) throw error;
      const message = engineMessage(error, statement.processId);
      first ??= statement.isBatch ? `Query #${index + 1} failed with ${message}` : message;
    }
  }
  return first;
}

let queries = 0;

async function runPart(
  statement: Statement,
  part: Part,
  { client, context }: { client: pg.Client; context: RunContext },
): Promise<void> {
  const { signal } = statement.cancelling;
  const { Parameters: parameters = [] } = statement.init.request;
  const { faults, limits, storage } = context;
  signal.throwIfAborted();
  statement.partBecomes(part, "STARTED");
  part.queryId = queries += 1;
  const start = process.hrtime.bigint();
  try {
    await delay("slowness", [part.sql], { faults, signal });
    await failAsTold(part.sql, client, { faults, signal });
    refuseEmptyValues(parameters);
    const result = await executeStatement(client, bindParameters(part.sql, parameters), storage);
    part.resultBytes = measureResult(result, limits);
    part.result = result;
    statement.partBecomes(part, "FINISHED");
  } catch (error) {
    if (signal.aborted) statement.partBecomes(part, "ABORTED");
    else statement.partBecomes(part, "FAILED", engineMessage(error, statement.processId));
    throw error;
  } finally {
    part.nanoseconds = Number(process.hrtime.bigint() - start);
  }
}
