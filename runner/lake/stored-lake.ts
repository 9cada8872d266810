import { concurrently } from "../core/concurrently.ts";
import { production } from "../core/environment.ts";
import type { LakeFile, LakeManifest } from "../core/manifest.ts";
import type { FilesToRemove, KillPoint, Lake, SharedParts } from "../core/ports.ts";
import { parseRelationName, zones, type RelationName } from "../core/relation.ts";
import { measureFile } from "./checksum.ts";
import * as layout from "./layout.ts";
import { pointerMoved } from "./pointer-moved.ts";
import { entryFaults, parseManifest, printManifest } from "./manifest-text.ts";
import type { Fetched, Leftover, Store, StoredFile } from "./store.ts";

export interface SweepRequest {
  /** Keys that some manifest lists. */
  readonly needed: ReadonlySet<string>;
  readonly before: Date;
  readonly dryRun: boolean;
}

/** What a sweep removed: a part of the lake, or what unfinished work has left of one. */
export interface Swept {
  readonly kind: "part" | Leftover["kind"];
  readonly key: string;
  readonly bytes: number;
}

const removedAtATime = 8;

/** A lake's rules, whatever it stands in: what is listed is never replaced, and pointers alone lead to it. */
export class StoredLake implements Lake {
  readonly #store: Store;
  readonly #killPoint: KillPoint;
  readonly shared: SharedParts | undefined;

  constructor(store: Store, killPoint: KillPoint = () => undefined, shared?: SharedParts) {
    this.#store = store;
    this.#killPoint = killPoint;
    this.shared = shared;
  }

  locate(key: string): string {
    return this.#store.address(key);
  }

  localPath(file: LakeFile): Promise<string> {
    return this.#store.local(file.key, file);
  }

  partKey(relation: RelationName, runId: string, part: number, day?: string): string {
    return layout.partKey(relation, runId, part, day);
  }

  stagePart(key: string): Promise<string> {
    return this.#store.stage(key);
  }

  async commitPart(key: string, runId: string, rows: number): Promise<LakeFile> {
    const listed = await this.#listedFile(key);
    if (listed !== undefined) {
      await this.#store.unstage(key);
      return listed;
    }
    const staged = await this.#store.staged(key);
    if (staged === undefined) return { key, rows, runId, ...(await this.#store.measure(key)) };
    const content = await measureFile(staged);
    this.#killPoint("before-part-put");
    await this.#store.put(key, staged, content);
    this.#killPoint("after-part-put");
    return { key, rows, runId, ...content };
  }

  has(key: string): Promise<boolean> {
    return this.#store.has(key);
  }

  async readManifest(
    relation: RelationName,
    environment = production,
  ): Promise<LakeManifest | undefined> {
    const key = layout.manifestKey(relation, environment);
    const text = await this.#store.readPointer(key);
    return text === undefined ? undefined : parseManifest(text, relation, this.locate(key));
  }

  async writeManifest(manifest: LakeManifest, environment = production): Promise<void> {
    const key = layout.manifestKey(manifest.relation, environment);
    const text = printManifest(manifest, (each) => this.locate(each));
    this.#killPoint("before-manifest");
    await this.#store.writePointer(key, text);
    this.#killPoint("after-manifest");
  }

  /**
   * Replaces a pointer of production, or with `next` undefined removes it, if it still is the version `expected`: a failure
   * where somebody else was faster.
   */
  replaceManifest(
    relation: RelationName,
    expected: Pick<LakeManifest, "runId"> | undefined,
    next: LakeManifest | undefined,
  ): Promise<void> {
    return this.#store.exclusively(layout.manifestKey(relation, production), async () => {
      const current = await this.readManifest(relation);
      if (current?.runId !== expected?.runId) throw pointerMoved(this.locateManifest(relation));
      if (next === undefined) await this.removeManifest(relation);
      else await this.writeManifest(next);
    });
  }

  async removeManifest(relation: RelationName, environment = production): Promise<void> {
    this.#killPoint("before-manifest");
    await this.#store.removePointer(layout.manifestKey(relation, environment));
    this.#killPoint("after-manifest");
  }

  async relations(): Promise<readonly RelationName[]> {
    const found = await Promise.all(
      zones.map(async (zone) => {
        const names = await this.#store.folders(zone);
        return names.map((name) => parseRelationName(`${zone}.${name}`));
      }),
    );
    return found.flat().filter((relation) => relation !== undefined);
  }

  async relationsOf(environment: string): Promise<readonly RelationName[]> {
    const folder = layout.environmentKey(environment);
    const keys = await this.#store.pointers(folder);
    const names = keys.map((key) =>
      key
        .slice(folder.length + 1)
        .split("/")
        .slice(0, 2)
        .join("."),
    );
    const found = names.map(parseRelationName).filter((relation) => relation !== undefined);
    return found.toSorted();
  }

  async environments(): Promise<readonly string[]> {
    const keys = await this.#store.pointers(layout.environmentsFolder);
    return [...new Set(keys.map((key) => key.split("/")[1] ?? ""))].toSorted();
  }

  async runsOf(relation: RelationName): Promise<readonly string[]> {
    const folders = await this.#store.partFolders(layout.relationKey(relation));
    const runs = folders.map(layout.runOfFolder).filter((runId) => runId !== undefined);
    return [...new Set(runs)].toSorted();
  }

  removeFiles(
    relation: RelationName,
    { runs, keep = new Set() }: FilesToRemove,
  ): Promise<{ readonly files: number; readonly bytes: number }> {
    return this.#store.removeParts(layout.relationKey(relation), {
      isIn: (folder) => {
        const run = layout.runOfFolder(folder);
        return run !== undefined && runs?.has(run) !== false;
      },
      keep,
    });
  }

  /** Where the pointer of a relation stands, or would stand. */
  locateManifest(relation: RelationName, environment = production): string {
    return this.locate(layout.manifestKey(relation, environment));
  }

  /** What stands under a key now, read anew and measured; undefined when it is missing. */
  fetch(key: string): Promise<Fetched | undefined> {
    return this.#store.fetch(key);
  }

  /** What of a pointer's entries Redshift's COPY would stumble over; empty when there is nothing, or no pointer. */
  async entryFaults(relation: RelationName, environment = production): Promise<readonly string[]> {
    const text = await this.#store.readPointer(layout.manifestKey(relation, environment));
    return text === undefined ? [] : entryFaults(text, (key) => this.locate(key));
  }

  /**
   * Removes parts that are not in `needed`, and what unfinished work has left, as far as it is older than `before`.
   * Returns what that was, or with `dryRun` would be.
   */
  async sweep({ needed, before, dryRun }: SweepRequest): Promise<readonly Swept[]> {
    const isOld = ({ modifiedAt }: { readonly modifiedAt: Date }) => modifiedAt < before;
    const unneeded = (await this.#store.files()).filter(
      (file) => layout.isPartKey(file.key) && !needed.has(file.key) && isOld(file),
    );
    const left = (await this.#store.leftovers()).filter(
      (each) => isOld(each) && (each.kind !== "copy" || !needed.has(each.key)),
    );
    const swept: Swept[] = [
      ...unneeded.map(({ key, bytes }) => ({ kind: "part" as const, key, bytes })),
      ...left.map(({ kind, key, bytes }) => ({ kind, key, bytes })),
    ];
    if (!dryRun) {
      await concurrently(unneeded, removedAtATime, ({ key }) => this.#store.removePart(key));
      await concurrently(left, removedAtATime, (each) => each.remove());
    }
    return swept.toSorted((one, other) => (one.key < other.key ? -1 : 1));
  }

  /** Everything in the lake, pointers included. */
  files(): Promise<readonly StoredFile[]> {
    return this.#store.files();
  }

  /** Makes sure that the lake can be written to; says what is worth knowing of it. */
  examine(): Promise<string> {
    return this.#store.examine();
  }

  /** What the current manifest says of a key: such a file is never replaced. */
  async #listedFile(key: string): Promise<LakeFile | undefined> {
    const manifest = await this.readManifest(layout.relationOfKey(key));
    return manifest?.files.find((file) => file.key === key);
  }
}
