import { production } from "../core/environment.ts";
import { colorsFor } from "../record/print-diagnostic.ts";
import type { ParsedProject } from "../parse/project.ts";
import { Connections } from "./connections.ts";
import { Examination } from "./doctor/findings.ts";
import type { Finding } from "./doctor/findings.ts";
import { exitCodes } from "./options.ts";
import type { ExitCode, GlobalOptions } from "./options.ts";
import { compileProject, openProject } from "./project.ts";
import { resolveTarget } from "./target.ts";
import type { Target } from "./target.ts";
import { openEngine } from "./open-engine.ts";
import { openLake } from "./open-lake.ts";
import { closeWarehouse, openWarehouse } from "./warehouse.ts";

const oldestNode = [20, 19] as const;

/** Looks at everything that a build needs, and tells what is missing and the way out. */
export async function doctorCommand(options: GlobalOptions): Promise<ExitCode> {
  const examination = new Examination();
  examination.findings.push(nodeVersion());
  let project: ParsedProject | undefined;
  await examination.look("project", async () => {
    const linked = await openProject(options);
    await compileProject(linked, options);
    project = linked.project;
    return `${linked.project.root}, ${linked.graph.nodes.size} nodes`;
  });
  if (project !== undefined) await examineTarget(project, options.target, examination);
  print(examination.findings, options.json ?? false);
  return examination.isSound ? exitCodes.ok : exitCodes.failed;
}

async function examineTarget(
  project: ParsedProject,
  name: string | undefined,
  examination: Examination,
): Promise<void> {
  let resolved: Target | undefined;
  await examination.look("target", () => {
    resolved = resolveTarget(project, name);
    return Promise.resolve(`${resolved.name}, ${resolved.warehouse.engine}`);
  });
  if (resolved === undefined) return;
  const target = resolved;
  const { warehouse, lake } = target;
  const credentials: string[] = [];
  if (warehouse.engine === "redshift") {
    const identity = await import("./doctor/aws-identity.ts");
    await examination.look("credentials", () => identity.examineCredentials());
    await examination.look("region", () => identity.examineRegion(warehouse, lake));
    credentials.push("credentials");
  }
  await examination.look(
    "lake",
    async () => `${lake.address}, ${await (await openLake(target)).examine()}`,
    credentials,
  );
  if (warehouse.engine === "redshift") {
    const { examineRedshift } = await import("./doctor/redshift.ts");
    await examineRedshift(target, warehouse, examination);
  } else {
    await examination.look("warehouse", () => warehouseSays(target));
  }
  await examination.look("pointers", () => pointersSay(target), ["lake", "warehouse"]);
  await examineConnections(target, examination);
}

async function warehouseSays(target: Target): Promise<string> {
  const warehouse = await openWarehouse({ target, command: "doctor", onLost: () => undefined });
  const { ledger } = warehouse;
  try {
    const interrupted = await ledger.interruptedRuns();
    const { published } = await ledger.state(production);
    const left = interrupted.length > 0 ? "; an interrupted run is undone by the next one" : "";
    return `${target.warehouse.address}, ${published.size} relations published${left}`;
  } finally {
    await closeWarehouse(warehouse);
  }
}

async function pointersSay(target: Target): Promise<string> {
  const { examinePointers } = await import("./doctor/pointers.ts");
  const { engine, close } = await openEngine({ target, command: "doctor" });
  try {
    return await examinePointers(engine, await openLake(target));
  } finally {
    await close();
  }
}

async function examineConnections(target: Target, examination: Examination): Promise<void> {
  const connections = new Connections(target, await openLake(target));
  try {
    for (const [name, connection] of Object.entries(target.connections)) {
      await examination.look(`connection ${name}`, async () => {
        const identity = await (await connections.extractor(name)).identity();
        return `reachable, identity ${identity ?? "unknown"}`;
      });
      // Where a project is developed, the API makes the table when it starts.
      const { table } = { table: undefined, ...connection };
      const isTable = connection.connector === "dynamodb" && typeof table === "string";
      if (target.warehouse.engine !== "redshift" || !isTable) continue;
      const { examineShopTable } = await import("./doctor/shop-table.ts");
      await examination.look(
        `table ${table}`,
        async () =>
          examineShopTable(
            await connections.dynamodb(connection.endpoint, connection.region),
            table,
          ),
        [`connection ${name}`],
      );
    }
  } finally {
    await connections.close();
  }
}

function nodeVersion(): Finding {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  const isSound = major > oldestNode[0] || (major === oldestNode[0] && minor >= oldestNode[1]);
  const hint = isSound ? undefined : `Install Node ${oldestNode.join(".")} or newer.`;
  return { subject: "node", isSound, says: process.versions.node, ...(hint && { hint }) };
}

function print(findings: readonly Finding[], json: boolean): void {
  if (json) {
    process.stdout.write(findings.map((item) => `${JSON.stringify(item)}\n`).join(""));
    return;
  }
  const colors = colorsFor(process.stdout);
  const label = ({ isSound, isExamined }: Finding) => {
    if (isSound) return colors.green("ok     ");
    return isExamined === false ? colors.yellow("skipped") : colors.red("FAILED ");
  };
  const width = Math.max(...findings.map(({ subject }) => subject.length), 18);
  const indent = " ".repeat(width + 9);
  for (const finding of findings) {
    const { subject, says, cause, hint } = finding;
    process.stdout.write(`${label(finding)} ${subject.padEnd(width)} ${says}\n`);
    if (cause !== undefined) process.stdout.write(`${indent}${cause}\n`);
    if (hint !== undefined) process.stdout.write(`${indent}${colors.cyan("->")} ${hint}\n`);
  }
}
