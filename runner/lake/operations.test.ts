import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { readFile, writeFile } from "node:fs/promises";
import fc from "fast-check";
import { Failure } from "../core/diagnostic.ts";
import type { LakeFile } from "../core/manifest.ts";
import type { RelationName } from "../core/relation.ts";
import type { StoredLake } from "./stored-lake.ts";
import { commit, lakeKinds, manifestOf } from "./testing/lakes.ts";
import type { LakeServer } from "./testing/lakes.ts";

const relations: readonly RelationName[] = ["raw.customer", "gold.sales"];
const runs = ["r1", "r2"];
const environments = ["production", "alice"];

const operation = fc.oneof(
  fc.record({
    what: fc.constant("commit" as const),
    relation: fc.constantFrom(...relations),
    run: fc.constantFrom(...runs),
    part: fc.nat(1),
    day: fc.constantFrom(undefined, "2026-03-01"),
    content: fc.string({ maxLength: 20 }),
  }),
  fc.record({
    what: fc.constant("stage" as const),
    relation: fc.constantFrom(...relations),
    run: fc.constantFrom(...runs),
  }),
  fc.record({
    what: fc.constantFrom("publish" as const, "unpublish" as const),
    relation: fc.constantFrom(...relations),
    environment: fc.constantFrom(...environments),
    run: fc.constantFrom(...runs),
  }),
  fc.record({
    what: fc.constant("remove" as const),
    relation: fc.constantFrom(...relations),
    run: fc.constantFrom(...runs),
    everyRun: fc.boolean(),
    keepListed: fc.boolean(),
  }),
  fc.record({ what: fc.constant("sweep" as const), dryRun: fc.boolean() }),
);
type Operation = typeof operation extends fc.Arbitrary<infer Value> ? Value : never;

/** Carries operations out and tells what each one answered, and what readers find at the end. */
async function carryOut(lake: StoredLake, operations: readonly Operation[]): Promise<unknown[]> {
  const committed = new Map<string, LakeFile>();
  const answers: unknown[] = [];
  const listed = async () => {
    const keys = new Set<string>();
    for (const environment of environments) {
      for (const relation of relations) {
        const manifest = await lake.readManifest(relation, environment);
        for (const { key } of manifest?.files ?? []) keys.add(key);
      }
    }
    return keys;
  };
  for (const each of operations) {
    switch (each.what) {
      case "commit": {
        // Files are immutable: what a manifest lists is never written again.
        const key = lake.partKey(each.relation, each.run, each.part, each.day);
        if ((await listed()).has(key)) break;
        const file = await commit(lake, each.run, each.content, each);
        committed.set(file.key, file);
        answers.push(file);
        break;
      }
      case "stage":
        await writeFile(await lake.stagePart(lake.partKey(each.relation, each.run, 9)), "staged");
        break;
      case "publish": {
        const files = [...committed.values()].filter(
          ({ key, runId }) =>
            runId === each.run && key.startsWith(each.relation.replace(".", "/") + "/"),
        );
        const manifest = manifestOf(each.run, files, each.relation);
        await lake.writeManifest(manifest, each.environment);
        break;
      }
      case "unpublish":
        await lake.removeManifest(each.relation, each.environment);
        break;
      case "remove": {
        const keep = each.keepListed ? await listed() : new Set<string>();
        const which = each.everyRun ? { keep } : { runs: new Set([each.run]), keep };
        answers.push(await lake.removeFiles(each.relation, which));
        for (const key of committed.keys()) if (!(await lake.has(key))) committed.delete(key);
        break;
      }
      case "sweep": {
        const before = new Date(Date.now() + 3_600_000);
        const swept = await lake.sweep({ needed: await listed(), before, dryRun: each.dryRun });
        answers.push(
          swept.filter(({ kind }) => kind !== "copy").map(({ kind, key }) => `${kind} ${key}`),
        );
        for (const key of committed.keys()) if (!(await lake.has(key))) committed.delete(key);
        break;
      }
      default:
        each satisfies never;
    }
  }
  for (const relation of relations) {
    answers.push(await lake.runsOf(relation));
    for (const environment of environments) {
      const manifest = await lake.readManifest(relation, environment);
      answers.push(manifest);
      for (const file of manifest?.files ?? []) {
        answers.push(
          await lake.localPath(file).then(
            async (path) => readFile(path, "utf8").catch(() => "lost"),
            (error: unknown) => (error instanceof Failure ? "lost" : String(error)),
          ),
        );
      }
    }
  }
  answers.push(await lake.environments(), await lake.relationsOf("alice"));
  answers.push((await lake.files()).map(({ key }) => key).toSorted());
  return answers;
}

const [folderKind, ...others] = lakeKinds;

for (const kind of others) {
  const describeKind = kind.missing === undefined ? describe : describe.skip;
  const reason = kind.missing === undefined ? "" : ` (not here: ${kind.missing})`;
  describeKind(`whatever is done to a lake on ${kind.name}${reason}`, () => {
    let server: LakeServer;
    let folders: LakeServer;
    beforeAll(async () => {
      server = await kind.open();
      folders = await folderKind!.open();
    });
    afterAll(async () => {
      await server.close();
      await folders.close();
    });

    test("it answers as one in a folder does", async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(operation, { maxLength: 12 }), async (operations) => {
          const expected = await carryOut(folders.newLake().lake, operations);
          expect(await carryOut(server.newLake().lake, operations)).toEqual(expected);
        }),
        { numRuns: 40 },
      );
    });
  });
}
