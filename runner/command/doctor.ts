import { Failure } from "../core/diagnostic.ts";
import { production } from "../core/environment.ts";
import { diskFailure } from "../core/disk-failure.ts";
import { colorsFor } from "../record/print-diagnostic.ts";
import { Connections } from "./connections.ts";
import { exitCodes } from "./options.ts";
import type { ExitCode, GlobalOptions } from "./options.ts";
import { compileProject, openProject } from "./project.ts";
import { resolveTarget } from "./target.ts";
import { closeWarehouse, openLake, openWarehouse } from "./warehouse.ts";

interface Finding {
  readonly subject: string;
  readonly isSound: boolean;
  readonly says: string;
  readonly hint?: string;
}

const oldestNode = [20, 19] as const;

/** Looks at everything that a build needs, one after the other, and tells what is missing and the way out. */
export async function doctorCommand(options: GlobalOptions): Promise<ExitCode> {
  const findings: Finding[] = [nodeVersion()];
  const examine = async (subject: string, look: () => Promise<string>) => {
    findings.push(await finding(subject, look));
  };
  await examine("project", async () => {
    const linked = await openProject(options);
    await compileProject(linked, options);
    return `${linked.project.root}, ${linked.graph.nodes.size} nodes`;
  });
  if (findings.every(({ isSound }) => isSound)) {
    const { project } = await openProject(options);
    const target = resolveTarget(project, options.target);
    await examine("lake", async () => {
      const says = await (await openLake(target)).examine();
      return `${target.lake.address}, ${says}`;
    });
    await examine("warehouse", async () => {
      const warehouse = await openWarehouse({
        target,
        command: "doctor",
        onLost: () => undefined,
      });
      const { ledger } = warehouse;
      try {
        const interrupted = await ledger.interruptedRuns();
        const { published } = await ledger.state(production);
        const left = interrupted.length > 0 ? "; an interrupted run is undone by the next one" : "";
        return `${target.warehouse}, ${published.size} relations published${left}`;
      } finally {
        await closeWarehouse(warehouse);
      }
    });
    const connections = new Connections(target, await openLake(target));
    try {
      for (const name of Object.keys(target.connections)) {
        await examine(`connection ${name}`, async () => {
          const identity = await (await connections.extractor(name)).identity();
          return `reachable, identity ${identity ?? "unknown"}`;
        });
      }
    } finally {
      await connections.close();
    }
  }
  print(findings, options.json ?? false);
  return findings.every(({ isSound }) => isSound) ? exitCodes.ok : exitCodes.failed;
}

function nodeVersion(): Finding {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  const isSound = major > oldestNode[0] || (major === oldestNode[0] && minor >= oldestNode[1]);
  const hint = isSound ? undefined : `Install Node ${oldestNode.join(".")} or newer.`;
  return { subject: "node", isSound, says: process.versions.node, hint };
}

async function finding(subject: string, look: () => Promise<string>): Promise<Finding> {
  try {
    return { subject, isSound: true, says: await look() };
  } catch (thrown) {
    const error = diskFailure(thrown, subject) ?? thrown;
    if (!(error instanceof Failure)) throw error;
    const [diagnostic] = error.diagnostics;
    const code = diagnostic?.code ?? "";
    return {
      subject,
      isSound: false,
      says: `${code}: ${diagnostic?.message ?? ""}`,
      hint: diagnostic?.hint,
    };
  }
}

function print(findings: readonly Finding[], json: boolean): void {
  if (json) {
    process.stdout.write(findings.map((item) => `${JSON.stringify(item)}\n`).join(""));
    return;
  }
  const colors = colorsFor(process.stdout);
  for (const { subject, isSound, says, hint } of findings) {
    const label = isSound ? colors.green("ok     ") : colors.red("FAILED ");
    process.stdout.write(`${label} ${subject.padEnd(18)} ${says}\n`);
    if (hint !== undefined) process.stdout.write(`${" ".repeat(27)}${colors.cyan("->")} ${hint}\n`);
  }
}
