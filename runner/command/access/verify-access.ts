import { probesOf } from "../../access/probes.ts";
import { concurrently } from "../../core/concurrently.ts";
import { counted } from "../../core/counted.ts";
import { Failure } from "../../core/diagnostic.ts";
import { production } from "../../core/environment.ts";
import type { AccessChanges, AccessFact } from "../../core/access-fact.ts";
import type { Engine } from "../../core/ports.ts";
import type { WarehouseState } from "../../core/state.ts";
import { readState } from "../../record/ledger.ts";
import { readLedger } from "../ledger-reader.ts";
import { exitCodes } from "../options.ts";
import type { ExitCode, GlobalOptions } from "../options.ts";
import { openProject } from "../project.ts";
import type { LinkedProject } from "../project.ts";
import { compareAccess } from "./compare-access.ts";
import type { ComparedAccess } from "./compare-access.ts";
import { accessPrefix, assertEnforces, declaredAccess } from "./declared-access.ts";
import { changesOf, printChanges } from "./print-access.ts";
import { changeTexts } from "./plan-access.ts";
import { runProbe } from "./run-probe.ts";
import type { ProbeResult } from "./run-probe.ts";

/** Probes that run at the same time. */
const atATime = 4;

/**
 * Tries every role out in the warehouse, and compares what the warehouse says of roles with what is declared. Exit code 1
 * where anything differs.
 */
export async function verifyAccessCommand(options: GlobalOptions): Promise<ExitCode> {
  const linked = await openProject(options);
  declaredAccess(linked.project);
  assertEnforces(linked.project, options.target);
  const { compared, results } = await readLedger(options, async (engine) => {
    const state = await readState(engine, production);
    const drift = await compareAccess(linked, engine, state);
    return { compared: drift, results: await probe(linked, engine, { state, drift }) };
  });
  const changes = changesOf(driftOf(compared.changes), changeTexts);
  const wrong = results.filter(({ isAsDeclared }) => !isAsDeclared);
  const isSound = changes.length + wrong.length + compared.live.foreign.length === 0;
  if (options.json === true) {
    const lines = [
      ...results.map((result) => ({ type: "probe", ...result })),
      ...changes.map((change) => ({ type: "drift", ...change })),
      ...compared.live.foreign.map((right) => ({ type: "foreign", right })),
    ];
    process.stdout.write(lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
  } else {
    process.stdout.write(textOf(results, wrong));
    if (changes.length > 0) {
      process.stdout.write(
        `The warehouse differs from what is declared; runner access apply would\n${printChanges(changes)}`,
      );
    }
    for (const right of compared.live.foreign) process.stdout.write(`not declared: ${right}\n`);
  }
  return isSound ? exitCodes.ok : exitCodes.failed;
}

/** A policy that is on nothing hides nothing and shows nothing: a build dropped its column, and the next apply drops it. */
function driftOf({ add, remove }: AccessChanges): AccessChanges {
  const isPolicy = ({ kind }: AccessFact) => kind === "masking_policy" || kind === "row_policy";
  return { add, remove: remove.filter((fact) => !isPolicy(fact)) };
}

interface Known {
  readonly state: WarehouseState;
  readonly drift: ComparedAccess;
}

async function probe(
  linked: LinkedProject,
  engine: Engine,
  { state, drift }: Known,
): Promise<readonly ProbeResult[]> {
  const { acting } = engine;
  if (acting === undefined) return [];
  const access = declaredAccess(linked.project);
  const missing = drift.changes.add.find(({ kind }) => kind === "probe" || kind === "role");
  if (missing !== undefined) {
    const message =
      "The roles that are declared are not in the warehouse, or nobody is there to try them out.";
    throw new Failure(
      [{ code: "ACCESS_INVALID", message, hint: "Make them: runner access apply" }],
      1,
    );
  }
  const physical = [...state.production.values()].flatMap((each) => each.physical ?? [])[0];
  const hidden = [
    "_runner.ledger",
    "_runner.relation_version",
    ...(physical === undefined ? [] : [physical]),
  ];
  const probes = probesOf(access, drift.published, hidden);
  const prefix = accessPrefix(linked.project);
  const results: (readonly ProbeResult[])[] = [];
  await concurrently(probes.entries(), atATime, async ([index, each]) => {
    results[index] = await runProbe(each, { engine, acting, access, prefix });
  });
  return results.flat();
}

function textOf(results: readonly ProbeResult[], wrong: readonly ProbeResult[]): string {
  const denied = results.filter(({ expected }) => expected === "denied" || expected === "masked");
  const head = `${counted(results.length, "probe")}, ${denied.length} of them of what must not be: ${wrong.length === 0 ? "all as declared" : `${wrong.length} not as declared`}.`;
  const lines = wrong.map(
    ({ role, what, expected, found }) =>
      `  ${role}: ${what}: ${expected} is declared, ${found} was found`,
  );
  return [head, ...lines].map((line) => `${line}\n`).join("");
}
