import { accessTable } from "../../access/table.ts";
import { production } from "../../core/environment.ts";
import { redshiftDialect } from "../../dialect/redshift/dialect.ts";
import { addition, removal } from "../../dialect/redshift/access/statements.ts";
import { endOnInterruption } from "../interruption.ts";
import { exitCodes } from "../options.ts";
import type { ExitCode, GlobalOptions } from "../options.ts";
import { openEngine } from "../open-engine.ts";
import { openProject } from "../project.ts";
import type { LinkedProject } from "../project.ts";
import { resolveTarget } from "../target.ts";
import type { Target } from "../target.ts";
import { compareAccess } from "./compare-access.ts";
import type { ComparedAccess } from "./compare-access.ts";
import { classedRelations } from "./classed-relations.ts";
import { declaredAccess } from "./declared-access.ts";
import { changesOf, countChanges, printChanges, printTable } from "./print-access.ts";

/** Prints what `access apply` would change, and who may do what once it has. */
export async function planAccessCommand(options: GlobalOptions): Promise<ExitCode> {
  const linked = await openProject(options);
  const access = declaredAccess(linked.project);
  const target = resolveTarget(linked.project, options.target, () => false);
  const table = accessTable(access, await classedRelations(linked));
  const compared =
    target.warehouse.engine === "redshift" ? await peekAccess(linked, target) : undefined;
  if (options.json === true) {
    const lines = [
      ...table.zones.map((row) => ({ type: "zone", ...row })),
      ...table.classes.map((row) => ({ type: "class", ...row })),
      ...(compared === undefined ? [] : described(compared)),
    ];
    process.stdout.write(lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
    return exitCodes.ok;
  }
  process.stdout.write(`${printTable(table, "text")}\n`);
  if (compared === undefined) {
    process.stdout.write(
      `The target ${target.name} has no roles of its own: runner query --role and runner shell --role enforce this table.\n`,
    );
    return exitCodes.ok;
  }
  const { changes, live, unbuilt } = compared;
  process.stdout.write(printChanges(changesOf(changes, changeTexts)));
  for (const right of live.foreign) process.stderr.write(`note: not declared: ${right}\n`);
  if (unbuilt.length > 0) {
    process.stderr.write(
      `note: not built yet, and given its rights when it is: ${unbuilt.join(", ")}\n`,
    );
  }
  const isDone = changes.add.length + changes.remove.length === 0;
  const way = isDone ? "" : ` runner access apply --target ${target.name}`;
  process.stdout.write(`${countChanges(changes)}${way}\n`);
  return exitCodes.ok;
}

const dialect = redshiftDialect({ iamRole: "default" });
/** The statements that a change is made by. */
export const changeTexts = {
  addition: (fact: Parameters<typeof removal>[0]) =>
    addition(fact, (type) => dialect.columnType(type)),
  removal,
};

function described({ changes, live, unbuilt }: ComparedAccess): readonly object[] {
  return [
    ...changesOf(changes, changeTexts).map((change) => ({ type: "change", ...change })),
    ...live.foreign.map((right) => ({ type: "foreign", right })),
    ...unbuilt.map((relation) => ({ type: "unbuilt", relation })),
  ];
}

/** Compares without changing anything. */
export async function peekAccess(linked: LinkedProject, target: Target): Promise<ComparedAccess> {
  const { hasLedger, readState } = await import("../../record/ledger.ts");
  const { engine, close } = await openEngine({ target, command: "access" });
  endOnInterruption(() => engine.interrupt());
  try {
    const state = (await hasLedger(engine))
      ? await readState(engine, production)
      : { production: new Map() };
    return await compareAccess(linked, engine, state);
  } finally {
    await close();
  }
}
