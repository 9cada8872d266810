import path from "node:path";
import { homeOf } from "../load/project-root.ts";
import { createRenderer } from "../compile/renderer.ts";
import { didYouMean } from "../core/closest.ts";
import { Failure } from "../core/diagnostic.ts";
import type { Compaction } from "../execute/compaction.ts";
import type { ParsedProject } from "../parse/project.ts";
import type { ConnectionDeclaration, TargetDeclaration } from "../parse/schema/pipelines.ts";
import { resolveLake } from "./lake-place.ts";
import type { LakePlace } from "./lake-place.ts";
import { resolveWarehouse } from "./warehouse-place.ts";
import type { WarehousePlace } from "./warehouse-place.ts";

/** Where a project runs, with every environment variable filled in and every path absolute. */
export interface Target {
  readonly name: string;
  readonly warehouse: WarehousePlace;
  readonly lake: LakePlace;
  readonly threads: number;
  /** How long superseded versions stay. */
  readonly retentionSeconds: number;
  /** How long the ledger tells of a run. */
  readonly runRetentionSeconds: number;
  /** When small files of the raw zone are merged. */
  readonly compaction: Compaction;
  /** The folder of embedded services and of what the runner writes for its own use. */
  readonly home: string;
  readonly connections: Readonly<Record<string, ConnectionDeclaration>>;
  /** Whether the project says who may see what. */
  readonly hasAccess: boolean;
}

/** The declaration of the target that `name` or the project's default stands for. */
export function declaredTarget(
  { pipelines }: Pick<ParsedProject, "pipelines">,
  name: string | undefined,
): { readonly wanted: string; readonly declared: TargetDeclaration } {
  const { targets, default_target: byDefault } = pipelines.value;
  const wanted = name ?? byDefault;
  const declared = Object.hasOwn(targets, wanted) ? targets[wanted] : undefined;
  if (declared === undefined) {
    const hint = didYouMean(
      wanted,
      Object.keys(targets),
      `Targets: ${Object.keys(targets).join(", ")}.`,
    );
    const path = name === undefined ? ["default_target"] : ["targets"];
    throw new Failure([
      pipelines.diagnostic("TARGET_UNKNOWN", path, `There is no target "${wanted}".`, hint),
    ]);
  }
  return { wanted, declared };
}

/** The target that `name` or the project's default stands for, with those of its connections that `isWanted` picks. */
export function resolveTarget(
  project: Pick<ParsedProject, "pipelines" | "root">,
  name: string | undefined,
  isWanted: (connection: ConnectionDeclaration) => boolean = () => true,
): Target {
  const { pipelines, root } = project;
  const { wanted, declared } = declaredTarget(project, name);
  const fill = environmentFiller();
  const connections = Object.fromEntries(
    Object.entries(declared.connections)
      .filter(([, connection]) => isWanted(connection))
      .map(([key, connection]) => [
        key,
        Object.fromEntries(
          Object.entries(connection).map(([setting, value]) => {
            if (typeof value !== "string") return [setting, value];
            const filled = fill(value);
            const isFolder = setting === "location" && !filled.startsWith("s3://");
            return [setting, isFolder ? path.resolve(root, filled) : filled];
          }),
        ) as ConnectionDeclaration,
      ]),
  );
  const lake = resolveLake({ pipelines, target: wanted, root, declared, fill });
  return {
    name: wanted,
    warehouse: resolveWarehouse({ pipelines, target: wanted, root, declared, lake, fill }),
    lake,
    threads: declared.threads,
    retentionSeconds: declared.retention,
    runRetentionSeconds: declared.run_retention,
    compaction: {
      files: declared.compaction.files,
      bytes: declared.compaction.megabytes * 1024 * 1024,
    },
    home: homeOf(root),
    connections,
    hasAccess: pipelines.value.access !== undefined,
  };
}

/** A setting's text with `{{env "NAME" "default"}}` filled in. */
export function fillEnvironment(text: string): string {
  return environmentFiller()(text);
}

/** Fills `{{env "NAME" "default"}}` in a setting's text. */
function environmentFiller(): (text: string) => string {
  const render = createRenderer({
    partials: new Map(),
    helpers: new Map(),
    sourceRelations: new Map(),
    vars: {},
    env: Object.fromEntries(Object.entries(process.env).filter(([, value]) => value !== "")),
  });
  const context = { dialect: "duckdb" as const, resolve: (relation: string) => relation };
  return (text) =>
    text.includes("{{") ? render({ file: "pipelines.yaml", text, refs: [] }, context) : text;
}
