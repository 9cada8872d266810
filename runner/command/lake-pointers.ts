import { didYouMean } from "../core/closest.ts";
import { Failure } from "../core/diagnostic.ts";
import { production } from "../core/environment.ts";
import type { LakeManifest } from "../core/manifest.ts";
import type { Lake } from "../core/ports.ts";
import { baseName, isZone, zoneOf } from "../core/relation.ts";
import type { RelationName } from "../core/relation.ts";
import type { StoredLake } from "../lake/stored-lake.ts";
import { environmentOf } from "./environment.ts";
import type { EnvironmentOptions } from "./options.ts";
import { readPipelines } from "./pipelines-file.ts";
import type { Target } from "./target.ts";
import { openLake } from "./open-lake.ts";

/** A relation of the lake as an environment's readers find it. */
export interface Pointed {
  /** The environment whose pointer it is: production's where the one that was asked for has none of its own. */
  readonly environment: string;
  readonly manifest: LakeManifest;
}

/** Pointers that are read at the same time. */
const readAtATime = 16;

/** What an environment's readers follow: its own pointers, and production's where it has none. */
export async function readPointers(lake: Lake, environment: string): Promise<readonly Pointed[]> {
  const own = environment === production ? [] : await lake.relationsOf(environment);
  const relations = [...new Set([...(await lake.relations()), ...own])];
  const found: Pointed[] = [];
  for (let start = 0; start < relations.length; start += readAtATime) {
    const read = await Promise.all(
      relations.slice(start, start + readAtATime).map(async (relation) => {
        const isOwn = own.includes(relation);
        const manifest = await lake.readManifest(relation, isOwn ? environment : production);
        return manifest && { environment: isOwn ? environment : production, manifest };
      }),
    );
    found.push(...read.filter((pointed) => pointed !== undefined));
  }
  return found;
}

export interface OpenedLake {
  readonly target: Target;
  readonly lake: StoredLake;
  readonly environment: string;
  readonly pointed: readonly Pointed[];
}

/** The lake that `pipelines.yaml` names, without the rest of the project and without the warehouse. */
export async function openPointers(options: EnvironmentOptions): Promise<OpenedLake> {
  const { target } = readPipelines(options);
  const environment = environmentOf(options);
  const lake = await openLake(target);
  if (environment !== production) await assertEnvironment(lake, environment);
  return { target, lake, environment, pointed: await readPointers(lake, environment) };
}

async function assertEnvironment(lake: Lake, environment: string): Promise<void> {
  const known = await lake.environments();
  if (known.includes(environment)) return;
  const message = `The lake has nothing of an environment "${environment}".`;
  const hint = didYouMean(
    environment,
    known,
    known.length > 0 ? `It has ${known.join(", ")}.` : "It has production's relations alone.",
  );
  throw new Failure([{ code: "ENVIRONMENT_UNKNOWN", message, hint }]);
}

/** The relations that names stand for, by default all: `gold`, `gold.sales`, or `sales` where one zone has it. */
export function selectPointed(
  pointed: readonly Pointed[],
  names: readonly string[],
): readonly Pointed[] {
  if (names.length === 0) return pointed;
  const wanted = new Set(names.flatMap((name) => relationsNamed(name, pointed)));
  return pointed.filter(({ manifest }) => wanted.has(manifest.relation));
}

function relationsNamed(name: string, pointed: readonly Pointed[]): readonly RelationName[] {
  const known = pointed.map(({ manifest }) => manifest.relation);
  const matching = isZone(name)
    ? known.filter((relation) => zoneOf(relation) === name)
    : known.filter((relation) => relation === name || baseName(relation) === name);
  if (isZone(name) || matching.length === 1) return matching;
  if (matching.length > 1) {
    const message = `More than one zone has ${name}.`;
    const hint = `Write one of ${matching.join(", ")}.`;
    throw new Failure([{ code: "SELECT_NOTHING", message, hint }]);
  }
  const message = `The lake has no relation "${name}".`;
  const candidates = [...known, ...known.map(baseName), ...known.map(zoneOf)];
  const hint = didYouMean(name, candidates, "runner lake ls lists what it has.");
  throw new Failure([{ code: "SELECT_NOTHING", message, hint }]);
}
