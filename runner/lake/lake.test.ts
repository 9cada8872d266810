import { CreateMultipartUploadCommand, S3Client } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { readFile, rm, writeFile } from "node:fs/promises";
import { createServer, request as httpRequest } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { Failure } from "../core/diagnostic.ts";
import { directIo } from "../core/io.ts";
import type { LakeManifest } from "../core/manifest.ts";
import { openS3Lake } from "./s3/s3-lake.ts";
import type { S3LakeOptions } from "./s3/s3-lake.ts";
import { commit, lakeKinds, manifestOf } from "./testing/lakes.ts";
import type { LakeServer } from "./testing/lakes.ts";
import { failureOf } from "../core/testing/failure-of.ts";

const publisher = fileURLToPath(new URL("./testing/publish-until-killed.ts", import.meta.url));

const relation = "raw.customer";
const pointer = "raw/customer/_manifest.json";

for (const kind of lakeKinds) {
  const describeKind = kind.missing === undefined ? describe : describe.skip;
  const reason = kind.missing === undefined ? "" : ` (not here: ${kind.missing})`;
  describeKind(`a lake on ${kind.name}${reason}`, () => {
    let server: LakeServer;
    beforeAll(async () => {
      server = await kind.open();
    });
    afterAll(() => server.close());

    test("describes a part by its true size and the checksum of its whole content", async () => {
      const { lake, read, reopen } = server.newLake();
      const content = "Größe\n".repeat(100_000);
      const file = await commit(lake, "r1", content);
      expect(file).toEqual({
        key: "raw/customer/run=r1/part-00000.parquet",
        bytes: Buffer.byteLength(content),
        rows: 7,
        runId: "r1",
        sha256: createHash("sha256").update(content).digest("hex"),
      });
      expect(await read(file.key)).toBe(content);
      expect(await readFile(await lake.localPath(file), "utf8")).toBe(content);
      expect(await readFile(await reopen().localPath(file), "utf8")).toBe(content);
    });

    test("takes a part that is larger than one request whole and in bounded memory", async () => {
      const { lake, reopen } = server.newLake();
      const content = "0123456789abcdef".repeat((21 * 1024 * 1024) / 16);
      const file = await commit(lake, "r1", content);
      expect(file.bytes).toBe(content.length);
      const path = await reopen().localPath(file);
      expect((await readFile(path, "utf8")) === content).toBe(true);
    });

    test("shows nothing of a part that is only staged", async () => {
      const { lake, keys, reopen } = server.newLake();
      const key = lake.partKey(relation, "r1", 0);
      await writeFile(await lake.stagePart(key), "half a fi");
      expect(await keys()).toEqual([]);
      expect(await lake.has(key)).toBe(false);
      expect(await reopen().readManifest(relation)).toBeUndefined();
    });

    test("measures a part that is committed twice again and does not lose it", async () => {
      const { lake, reopen } = server.newLake();
      const first = await commit(lake, "r1", "content");
      expect(await lake.commitPart(first.key, "r1", 7)).toEqual(first);
      expect(await reopen().commitPart(first.key, "r1", 7)).toEqual(first);
    });

    test("never replaces a part that a manifest lists", async () => {
      const { lake, read } = server.newLake();
      const published = await commit(lake, "r1", "published");
      await lake.writeManifest(manifestOf("r1", [published]));
      expect(await commit(lake, "r1", "something else")).toEqual(published);
      expect(await read(published.key)).toBe("published");
    });

    test("gives a manifest back as it was written, with all that is known of a source", async () => {
      const { lake, reopen } = server.newLake();
      const manifest = manifestOf("r1", [
        {
          ...(await commit(lake, "r1", "a")),
          sums: { price: "12.50" },
          minimum: "2026-03-01T10:00:00.000001Z",
          maximum: "2026-03-02T10:00:00.000000Z",
        },
        await commit(lake, "r1", "b", { part: 1, day: "2026-03-01" }),
      ]);
      await lake.writeManifest(manifest);
      expect(await reopen().readManifest(relation)).toEqual(manifest);
      const known: LakeManifest = {
        ...manifest,
        totals: { rows: 9, sums: { price: "12.50" } },
        watermark: "2026-03-01T10:00:00.000001Z",
        identity: "7/5",
      };
      await lake.writeManifest(known);
      expect(await lake.readManifest(relation)).toEqual(known);
      await lake.writeManifest(manifest, "alice");
      expect(await reopen().readManifest(relation, "alice")).toEqual(manifest);
      expect(await reopen().readManifest(relation, "bob")).toBeUndefined();
    });

    test("has manifests that Redshift's COPY accepts as they are", async () => {
      const { lake, read } = server.newLake();
      const file = await commit(lake, "r1", "12345");
      await lake.writeManifest(manifestOf("r1", [file]));
      expect(lake.locate(file.key)).toMatch(
        kind.name === "a folder" ? /^\// : /^s3:\/\/lake\/lakes\/\d+\/raw\/customer\/run=r1\//,
      );
      expect(JSON.parse(await read(pointer))).toMatchObject({
        entries: [{ url: lake.locate(file.key), mandatory: true, meta: { content_length: 5 } }],
      });
    });

    test("names the relations, runs and environments in it, published or not", async () => {
      const { lake } = server.newLake();
      expect(await lake.relations()).toEqual([]);
      expect(await lake.runsOf(relation)).toEqual([]);
      expect(await lake.environments()).toEqual([]);
      await commit(lake, "r2", "never published");
      await commit(lake, "r3", "of a day", { day: "2026-03-01" });
      const published = manifestOf("r1", [await commit(lake, "r1", "published")]);
      await lake.writeManifest(published);
      await lake.writeManifest(published, "alice");
      await commit(lake, "r1", "of another zone", { relation: "gold.sales" });
      expect(await lake.relations()).toEqual([relation, "gold.sales"]);
      expect(await lake.runsOf(relation)).toEqual(["r1", "r2", "r3"]);
      expect(await lake.environments()).toEqual(["alice"]);
      expect(await lake.relationsOf("alice")).toEqual([relation]);
      await lake.removeManifest(relation, "alice");
      await lake.removeManifest(relation, "alice");
      expect(await lake.environments()).toEqual([]);
    });

    test("finds the run of which something was staged, and removes it", async () => {
      const { lake } = server.newLake();
      await writeFile(await lake.stagePart(lake.partKey(relation, "r1", 0)), "half a fi");
      await writeFile(`${await lake.stagePart(lake.partKey(relation, "r1", 1))}.csv`, "spooled");
      expect(await lake.relations()).toEqual([relation]);
      expect(await lake.runsOf(relation)).toEqual(["r1"]);
      expect((await lake.removeFiles(relation, { runs: new Set(["r1"]) })).files).toBe(2);
      expect(await lake.runsOf(relation)).toEqual([]);
    });

    test("loses a removed run's files on all its days but those that are kept", async () => {
      const { lake, keys } = server.newLake();
      const kept = await commit(lake, "r1", "kept");
      const others = [
        await commit(lake, "r1", "removed", { part: 1 }),
        await commit(lake, "r1", "removed", { day: "2026-03-01" }),
      ];
      const other = await commit(lake, "r2", "of another run", { day: "2026-03-01" });
      expect(
        await lake.removeFiles(relation, { runs: new Set(["r1"]), keep: new Set([kept.key]) }),
      ).toEqual({
        files: 2,
        bytes: 14,
      });
      expect(await keys()).toEqual([other.key, kept.key].toSorted());
      expect(await Promise.all(others.map(({ key }) => lake.has(key)))).toEqual([false, false]);
      await lake.removeFiles(relation, { runs: new Set(["r1"]) });
      await lake.removeFiles(relation, { runs: new Set(["r1"]) });
      expect(await lake.runsOf(relation)).toEqual(["r2"]);
    });

    test.each([
      ["truncated", (text: string) => text.slice(0, text.length / 2)],
      ["empty", () => ""],
      ["of another relation", (text: string) => text.replace('"raw.customer"', '"raw.vendor"')],
      ["with a negative size", (text: string) => text.replace(/"bytes": /, '"bytes": -')],
      [
        "pointing outside its folder",
        (text: string) => text.replace(/"key": "raw\/customer\//, '"key": "raw/customer/../'),
      ],
    ])("refuses a manifest that is %s by name, with a way out", async (_, damage) => {
      const { lake, read, write } = server.newLake();
      await lake.writeManifest(manifestOf("r1", [await commit(lake, "r1", "content")]));
      const text = await read(pointer);
      expect(damage(text)).not.toBe(text);
      await write(pointer, damage(text));
      const [diagnostic] = (await failureOf(lake.readManifest(relation))).diagnostics;
      expect(diagnostic).toMatchObject({ code: "LAKE_CORRUPT" });
      expect(diagnostic!.message).toContain(lake.locate(pointer));
      expect(diagnostic!.hint).toContain("delete it");
    });

    test.each([
      ["before-part-put", "old"],
      ["after-part-put", "old"],
      ["before-manifest", "old"],
      ["after-manifest", "new"],
    ])(
      "has the manifest whole when its writer is killed at %s: the %s one, and another try succeeds",
      async (killAt, outcome) => {
        const { lake, place, reopen, keys } = server.newLake();
        await lake.writeManifest(manifestOf("old", [await commit(lake, "old", "old content")]));
        const killed = spawn(
          process.execPath,
          ["--import", "tsx", publisher, JSON.stringify(place), "new", "new content", killAt],
          { env: { ...process.env }, stdio: "ignore" },
        );
        const [, signal] = (await once(killed, "exit")) as [number | null, string | null];
        expect(signal).toBe("SIGKILL");
        const found = await reopen().readManifest(relation);
        expect(found?.runId).toBe(outcome);
        const path = await reopen().localPath(found!.files[0]!);
        expect(await readFile(path, "utf8")).toBe(`${outcome} content`);

        const next = reopen();
        const file = await commit(next, "new", "new content");
        await next.writeManifest(manifestOf("new", [file]));
        expect((await lake.readManifest(relation))?.runId).toBe("new");
        expect((await keys()).filter((key) => key.endsWith(".tmp"))).toEqual([]);
      },
    );

    test("whose answer to the put of a manifest is lost has it all the same, also at the next try", async () => {
      const { lake, reopen } = server.newLake();
      const first = manifestOf("r1", [await commit(lake, "r1", "first")]);
      await lake.writeManifest(first);
      let lost = 0;
      const losing = reopen({
        io: {
          ...directIo,
          call: async ({ action }, perform) => {
            const result = await perform();
            if (action !== "put manifest" || lost > 0) return result;
            lost += 1;
            throw new Error("the answer was lost");
          },
        },
      });
      expect(await losing.readManifest(relation)).toEqual(first);
      const second = manifestOf("r2", [await commit(losing, "r2", "second")]);
      await losing.writeManifest(second).catch(() => losing.writeManifest(second));
      expect(lost).toBe(1);
      expect(await lake.readManifest(relation)).toEqual(second);
    });
  });
}

for (const kind of lakeKinds.filter(({ name }) => name !== "a folder")) {
  const describeKind = kind.missing === undefined ? describe : describe.skip;
  describeKind(`a lake on ${kind.name}, of which a machine has copies,`, () => {
    let server: LakeServer;
    beforeAll(async () => {
      server = await kind.open();
    });
    afterAll(() => server.close());

    test("fetches a copy again that was lost or cut short", async () => {
      const { lake } = server.newLake();
      const file = await commit(lake, "r1", "content");
      const path = await lake.localPath(file);
      await rm(path);
      expect(await readFile(await lake.localPath(file), "utf8")).toBe("content");
      await writeFile(path, "cont");
      expect(await readFile(await lake.localPath(file), "utf8")).toBe("content");
    });

    test("refuses an object that is not what its manifest says, and one that is gone, by its address", async () => {
      const { lake, reopen, write } = server.newLake();
      const file = await commit(lake, "r1", "content");
      await write(file.key, "CONTENT");
      const changed = await failureOf(reopen().localPath(file));
      expect(changed.diagnostics[0]).toMatchObject({ code: "LAKE_CORRUPT" });
      expect(changed.message).toContain(lake.locate(file.key));
      await lake.removeFiles(relation, { runs: new Set(["r1"]) });
      const missing = await failureOf(lake.localPath(file));
      expect(missing.diagnostics[0]).toMatchObject({ code: "LAKE_CORRUPT" });
      expect(missing.message).toContain("is not there");
    });

    test("reads again what arrives cut short", async () => {
      const { lake, reopen } = server.newLake();
      const content = "content ".repeat(1000);
      const file = await commit(lake, "r1", content);
      await lake.writeManifest(manifestOf("r1", [file]));
      let cut = 0;
      const stumbling = reopen({
        io: {
          ...directIo,
          bytes: (_call, source) => {
            cut += 1;
            if (cut % 2 === 0) return source;
            return source.take(0);
          },
        },
      });
      expect((await stumbling.readManifest(relation))?.files).toEqual([file]);
      expect(await readFile(await stumbling.localPath(file), "utf8")).toBe(content);
      expect(cut).toBe(4);
    });

    test("puts a part whose answer is lost once, and one that fails not at all", async () => {
      const { lake, reopen, keys } = server.newLake();
      const failing = (afterwards: boolean) =>
        reopen({
          io: {
            ...directIo,
            call: async ({ action }, perform) => {
              if (action !== "put part") return perform();
              if (afterwards) await perform();
              throw new Error("cut off");
            },
          },
        });
      const file = await commit(failing(true), "r1", "content");
      expect(await readFile(await lake.localPath(file), "utf8")).toBe("content");
      const failure = await failureOf(commit(failing(false), "r2", "content"));
      expect(failure.diagnostics[0]).toMatchObject({ code: "LAKE_UNREACHABLE" });
      expect(await keys()).toEqual([file.key]);
    });

    test("lets a writer that read an older pointer than the one there fail, and its next try succeed", async () => {
      const { lake, reopen } = server.newLake();
      const other = reopen();
      await lake.writeManifest(manifestOf("r1", []));
      expect((await other.readManifest(relation))?.runId).toBe("r1");
      await lake.writeManifest(manifestOf("r2", []));
      const failure = await failureOf(other.writeManifest(manifestOf("r3", [])));
      expect(failure.diagnostics[0]).toMatchObject({ code: "LAKE_POINTER_MOVED" });
      expect((await lake.readManifest(relation))?.runId).toBe("r2");
      await other.writeManifest(manifestOf("r3", []));
      expect((await lake.readManifest(relation))?.runId).toBe("r3");
    });
  });
}

for (const kind of lakeKinds.filter(({ enforcesConditions }) => enforcesConditions)) {
  const describeKind = kind.missing === undefined ? describe : describe.skip;
  const reason = kind.missing === undefined ? "" : ` (not here: ${kind.missing})`;
  describeKind(`uploads in parts to ${kind.name}${reason}`, () => {
    let server: LakeServer;
    beforeAll(async () => {
      server = await kind.open();
    });
    afterAll(() => server.close());

    const everything = { needed: new Set<string>(), dryRun: false };

    test("that nobody completed are aborted when they are old, and left alone when they may go on", async () => {
      const { lake, place } = server.newLake();
      const { bucket: Bucket, prefix } = place as S3LakeOptions;
      const client = new S3Client({
        endpoint: server.endpoint,
        forcePathStyle: true,
        region: "us-east-1",
      });
      const Key = `${prefix}/raw/customer/run=r1/part-00000.parquet`;
      await client.send(new CreateMultipartUploadCommand({ Bucket, Key }));
      client.destroy();
      const anHourAgo = new Date(Date.now() - 3_600_000);
      const inAnHour = new Date(Date.now() + 3_600_000);
      expect(await lake.sweep({ ...everything, before: anHourAgo })).toEqual([]);
      const upload = { kind: "upload", key: "raw/customer/run=r1/part-00000.parquet", bytes: 0 };
      expect(await lake.sweep({ ...everything, before: inAnHour, dryRun: true })).toEqual([upload]);
      expect(await lake.sweep({ ...everything, before: inAnHour })).toEqual([upload]);
      expect(await lake.sweep({ ...everything, before: inAnHour })).toEqual([]);
    });

    test("that fail in the middle leave nothing behind, neither a part nor an upload", async () => {
      const { place } = server.newLake();
      const refusing = createServer((request, response) => {
        if (request.url?.includes("partNumber=2") === true) {
          response.writeHead(403).end();
          return;
        }
        const { method, headers, url = "" } = request;
        const forwarded = httpRequest(
          `${server.endpoint ?? ""}${url}`,
          { method, headers },
          (answer) => {
            response.writeHead(answer.statusCode ?? 500, answer.headers);
            answer.pipe(response);
          },
        );
        request.pipe(forwarded);
      });
      await new Promise<void>((listening) => refusing.listen(0, "127.0.0.1", listening));
      const { port } = refusing.address() as AddressInfo;
      const lake = openS3Lake({
        ...(place as S3LakeOptions),
        endpoint: `http://127.0.0.1:${port}`,
      });
      const large = "0123456789abcdef".repeat((21 * 1024 * 1024) / 16);
      const failure = await failureOf(commit(lake, "r1", large));
      expect(failure.diagnostics[0]).toMatchObject({ code: "LAKE_UNREACHABLE" });
      const before = new Date(Date.now() + 3_600_000);
      const left = await lake.sweep({ ...everything, before, dryRun: true });
      expect(left.map(({ kind: what }) => what)).toEqual(["staged"]);
      refusing.closeAllConnections();
      refusing.close();
    });
  });

  describeKind(`writers that race on ${kind.name}${reason}`, () => {
    let server: LakeServer;
    beforeAll(async () => {
      server = await kind.open();
    });
    afterAll(() => server.close());

    test("for a pointer: exactly one wins each of many rounds, and the loser is told so", async () => {
      const { lake, reopen } = server.newLake();
      const writers = [reopen(), reopen()];
      for (let round = 0; round < 100; round += 1) {
        const before = await Promise.all(writers.map((writer) => writer.readManifest(relation)));
        expect(before[0]).toEqual(before[1]);
        const outcomes = await Promise.allSettled(
          writers.map((writer, at) => writer.writeManifest(manifestOf(`r${round}-${at}`, []))),
        );
        const won = outcomes.map(({ status }) => status === "fulfilled");
        expect(won.toSorted()).toEqual([false, true]);
        const lost = outcomes.find((outcome) => outcome.status === "rejected");
        expect((lost?.reason as Failure).diagnostics[0]).toMatchObject({
          code: "LAKE_POINTER_MOVED",
        });
        expect((await lake.readManifest(relation))?.runId).toBe(`r${round}-${won.indexOf(true)}`);
      }
    });
  });
}
