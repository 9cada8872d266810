import { isAbsolute, join, sep } from "node:path";
import { production } from "../core/environment.ts";
import { isDay, noDay } from "../core/partition.ts";
import { baseName, parseRelationName, zoneOf, type RelationName } from "../core/relation.ts";

/** A run's id becomes a folder's name, so it may hold nothing that a path would read as more than a name. */
const runIdPattern = /^[A-Za-z0-9][A-Za-z0-9_.:-]*$/;

const runFolderPrefix = "run=";
const dayFolderPrefix = "dt=";

export const manifestName = "_manifest.json";

export function relationKey(relation: RelationName): string {
  return `${zoneOf(relation)}/${baseName(relation)}`;
}

/** The relation to which a part's key belongs. */
export function relationOfKey(key: string): RelationName {
  const [zone = "", name = ""] = key.split("/");
  const relation = parseRelationName(`${zone}.${name}`);
  if (relation === undefined) throw new Error(`"${key}" is no key of this lake`);
  return relation;
}

/** The folder of a run's files; `day` where they are those of one day. */
function runKey(relation: RelationName, runId: string, day?: string): string {
  if (!runIdPattern.test(runId)) throw new Error(`"${runId}" cannot name a run's folder`);
  const run = `${runFolderPrefix}${runId}`;
  return day === undefined
    ? `${relationKey(relation)}/${run}`
    : `${relationKey(relation)}/${dayFolder(day)}/${run}`;
}

function dayFolder(day: string): string {
  if (day !== noDay && !isDay(day)) throw new Error(`"${day}" names no day`);
  return `${dayFolderPrefix}${day}`;
}

/** The day that a folder's name stands for; undefined when it is no day's folder. */
export function dayOfFolder(folder: string): string | undefined {
  if (!folder.startsWith(dayFolderPrefix)) return undefined;
  const day = folder.slice(dayFolderPrefix.length);
  return day === noDay || isDay(day) ? day : undefined;
}

export function partKey(relation: RelationName, runId: string, part: number, day?: string): string {
  return `${runKey(relation, runId, day)}/part-${String(part).padStart(5, "0")}.parquet`;
}

/** What a run tells an engine to copy into a table; hidden from engines that read whole prefixes. */
export function copyListKey(relation: RelationName, runId: string, list: number): string {
  return `${runKey(relation, runId)}/_copy-${String(list).padStart(5, "0")}.json`;
}

/** The folder of the pointers that environments other than production have; the files that they point at stand with all others. */
export const environmentsFolder = "_environments";

export function environmentKey(environment: string): string {
  return `${environmentsFolder}/${environment}`;
}

export function manifestKey(relation: RelationName, environment: string): string {
  const key = `${relationKey(relation)}/${manifestName}`;
  return environment === production ? key : `${environmentKey(environment)}/${key}`;
}

/** The run whose files stand in a folder, by its name or key; undefined when it is no run's folder. */
export function runOfFolder(folder: string): string | undefined {
  const name = folder.slice(folder.lastIndexOf("/") + 1);
  if (!name.startsWith(runFolderPrefix)) return undefined;
  const runId = name.slice(runFolderPrefix.length);
  return runIdPattern.test(runId) ? runId : undefined;
}

/** The first folders of a path, up to and with that of a run. */
export function runFolderOf(path: string): string {
  const names = path.split("/");
  return names.slice(0, names.findIndex((name) => runOfFolder(name) !== undefined) + 1).join("/");
}

/** Whether a part of some relation stands, or would stand, under a key. */
export function isPartKey(key: string): boolean {
  const end = key.lastIndexOf("/");
  const [zone = "", name = "", ...folders] = key.slice(0, Math.max(0, end)).split("/");
  if (parseRelationName(`${zone}.${name}`) === undefined) return false;
  if (runOfFolder(folders.at(-1) ?? "") === undefined) return false;
  const isPlain = folders.length === 1;
  return isPlain || (folders.length === 2 && dayOfFolder(folders[0] ?? "") !== undefined);
}

/** Whether `key` names a file of the relation and cannot lead out of its folder. */
export function isKeyOf(relation: RelationName, key: string): boolean {
  const segments = key.split("/");
  return (
    key.startsWith(`${relationKey(relation)}/`) &&
    !isAbsolute(key) &&
    !key.includes("\\") &&
    segments.every((segment) => segment !== "" && segment !== "." && segment !== "..")
  );
}

export function pathOfKey(root: string, key: string): string {
  return join(root, key.split("/").join(sep));
}
