import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { readFile } from "node:fs/promises";
import { Readable } from "node:stream";
import { Failure } from "../core/diagnostic.ts";
import type { Io } from "../core/io.ts";
import type { StoredLake } from "./stored-lake.ts";
import { commit, lakeKinds, manifestOf } from "./testing/lakes.ts";
import type { LakeServer, TestLake } from "./testing/lakes.ts";

const relation = "raw.customer";

/** How a call is disturbed: it fails, its answer is lost after it took effect, or its bytes end early. */
const disturbances = ["fails", "loses its answer", "is cut short"] as const;
type Disturbance = (typeof disturbances)[number];

/** Disturbs the call or the bytes with this number, counted from 1. */
function disturbed(at: number, how: Disturbance): { readonly io: Io; readonly met: () => boolean } {
  let calls = 0;
  let isMet = false;
  const isIt = () => {
    calls += 1;
    isMet ||= calls === at;
    return calls === at;
  };
  return {
    met: () => isMet,
    io: {
      call: async (_call, perform) => {
        if (how === "is cut short" || !isIt()) return perform();
        if (how === "loses its answer") await perform();
        throw new Error("the line was cut");
      },
      bytes: (_call, source) => {
        if (how !== "is cut short" || !isIt()) return source;
        source.resume();
        return Readable.from([]);
      },
    },
  };
}

/** Two publications of a relation, the second of which lets go of the first; then a reader on another machine. */
async function publishTwice({ reopen }: TestLake, lake: StoredLake): Promise<void> {
  const first = await commit(lake, "r1", "first");
  await lake.writeManifest(manifestOf("r1", [first]));
  const second = await commit(lake, "r2", "second", { day: "2026-03-01" });
  await lake.readManifest(relation);
  await lake.writeManifest(manifestOf("r2", [second]));
  await lake.removeFiles(relation, { keep: new Set([second.key]) });
  await readAll(reopen());
}

async function readAll(lake: StoredLake) {
  const manifest = await lake.readManifest(relation);
  const contents: string[] = [];
  for (const file of manifest?.files ?? []) {
    contents.push(await readFile(await lake.localPath(file), "utf8"));
  }
  return { manifest, contents };
}

for (const kind of lakeKinds) {
  const describeKind = kind.missing === undefined ? describe : describe.skip;
  const reason = kind.missing === undefined ? "" : ` (not here: ${kind.missing})`;
  describeKind(`when any one call to ${kind.name} is disturbed${reason}`, () => {
    let server: LakeServer;
    beforeAll(async () => {
      server = await kind.open();
    });
    afterAll(() => server.close());

    test.each(disturbances)(
      "and %s, readers never see half of anything, and another try ends as if nothing had been",
      async (how) => {
        const undisturbed = server.newLake();
        await publishTwice(undisturbed, undisturbed.lake);
        const expected = await readAll(undisturbed.reopen());
        const keys = await undisturbed.keys();
        expect(expected.contents).toEqual(["second"]);

        let walked = 0;
        for (let at = 1; ; at += 1) {
          const shop = server.newLake();
          const { io, met } = disturbed(at, how);
          const thrown = await publishTwice(shop, shop.reopen({ io })).then(
            () => undefined,
            (error: unknown) => error,
          );
          if (!met()) break;
          walked += 1;
          if (thrown !== undefined && kind.name !== "a folder") {
            expect(thrown).toBeInstanceOf(Failure);
          }
          const seen = await readAll(shop.reopen());
          expect([[], ["first"], ["second"]]).toContainEqual(seen.contents);
          await publishTwice(shop, shop.reopen());
          expect(await readAll(shop.reopen())).toEqual(expected);
          expect(await shop.keys()).toEqual(keys);
        }
        // Nothing arrives by and by from a folder.
        const least = how !== "is cut short" ? 9 : kind.name === "a folder" ? 0 : 3;
        expect(walked).toBeGreaterThanOrEqual(least);
      },
    );
  });
}
