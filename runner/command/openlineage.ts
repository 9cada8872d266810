import path from "node:path";
import type { CompiledProject } from "../compile/compile.ts";
import { printColumnType } from "../core/column-type.ts";
import type { Emit } from "../core/event.ts";
import type { RelationName } from "../core/relation.ts";
import { readableColumns } from "../core/technical-columns.ts";
import type { Destination } from "../record/openlineage/delivery.ts";
import { openLineageListener } from "../record/openlineage/listener.ts";
import type { LinkedProject } from "./project.ts";
import { traceProject } from "./project-classes.ts";
import { fillEnvironment } from "./target.ts";

interface Wanted {
  readonly destination: Destination;
  readonly namespace: string;
}

/** Tells a run to OpenLineage where the target or the environment names a place for it. */
export async function withOpenLineage(
  { project }: Pick<LinkedProject, "project">,
  { compiled, target }: { readonly compiled: CompiledProject; readonly target: string },
  emit: Emit,
): Promise<Emit> {
  const wanted = wantedPlace(project, target);
  if (wanted === undefined) return emit;
  const { lineage } = await traceProject(compiled);
  const typeOf = (relation: string, column: string) => {
    const node = compiled.graph.nodes.get(relation as RelationName);
    if (node === undefined || node.kind === "test" || node.kind === "unit_test") return undefined;
    const type = readableColumns(node).find(({ name }) => name === column)?.type;
    return type && printColumnType(type);
  };
  const naming = {
    namespace: wanted.namespace,
    project: project.pipelines.value.project,
    lineage,
    typeOf,
    now: () => new Date().toISOString(),
  };
  return openLineageListener(naming, wanted.destination, emit);
}

/** The target's `openlineage`, or else what OpenLineage's own clients read from the environment. */
function wantedPlace(
  { pipelines, root }: Pick<LinkedProject["project"], "pipelines" | "root">,
  target: string,
): Wanted | undefined {
  const environment = (name: string) => nonEmpty(process.env[`OPENLINEAGE_${name}`]);
  const declared = pipelines.value.targets[target]?.openlineage;
  const filled = (text: string | undefined) => (text === undefined ? text : fillEnvironment(text));
  if (environment("DISABLED")?.toLowerCase() === "true") return undefined;
  const namespace =
    filled(declared?.namespace) ?? environment("NAMESPACE") ?? pipelines.value.project;
  const file = declared !== undefined && "file" in declared ? filled(declared.file) : undefined;
  if (file !== undefined) return { destination: { file: path.resolve(root, file) }, namespace };
  const endpointDeclared = declared !== undefined && "url" in declared ? declared : undefined;
  const url = filled(endpointDeclared?.url) ?? environment("URL");
  if (url === undefined) return undefined;
  const apiKey = filled(endpointDeclared?.api_key) ?? environment("API_KEY");
  const endpoint = environment("ENDPOINT") ?? "api/v1/lineage";
  return { destination: { url: endpointOf(url, endpoint), apiKey }, namespace };
}

/** An address without a path is a server's; its endpoint is the one that all servers of OpenLineage have. */
function endpointOf(url: string, endpoint: string): string {
  const isServer = URL.canParse(url) && new URL(url).pathname === "/";
  return isServer ? new URL(endpoint, url).href : url;
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === "" ? undefined : text;
}
