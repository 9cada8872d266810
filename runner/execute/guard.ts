import { Failure } from "../core/diagnostic.ts";
import type { Engine, Row } from "../core/ports.ts";
import type { Guard } from "../plan/step.ts";

const shownRows = 3;

/** Throws when a guard's query returns rows, with the first of them. */
export async function assertGuard({ query, diagnostic }: Guard, engine: Engine): Promise<void> {
  const { rows } = await engine.query(query, shownRows);
  if (rows.length === 0) return;
  throw new Failure([{ ...diagnostic, frame: rows.map(describe).join("\n") }], 1);
}

function describe(row: Row): string {
  return Object.entries(row)
    .map(([column, value]) => `${column}=${value === null ? "null" : String(value)}`)
    .join("  ");
}
