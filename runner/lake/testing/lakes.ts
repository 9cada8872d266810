import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import {
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import type { Io } from "../../core/io.ts";
import type { LakeFile, LakeManifest } from "../../core/manifest.ts";
import type { KillPoint, Lake } from "../../core/ports.ts";
import type { RelationName } from "../../core/relation.ts";
import { openFolderLake } from "../folder-lake.ts";
import { openS3Lake, type S3LakeOptions } from "../s3/s3-lake.ts";
import type { StoredLake } from "../stored-lake.ts";
import { bucket, findVersitygw, openS3rver, openVersitygw, type S3Server } from "./s3-servers.ts";

/** A lake that is a test's own, and a way to its objects past the code that is tested. */
export interface TestLake {
  readonly lake: StoredLake;
  /** The same lake, as another process on another machine would open it. */
  readonly reopen: (seams?: Seams) => StoredLake;
  /** What opens it in a process of its own. */
  readonly place: { readonly root: string } | S3LakeOptions;
  readonly read: (key: string) => Promise<string>;
  readonly write: (key: string, text: string) => Promise<void>;
  /** Everything that stands in the lake, but files of local work. */
  readonly keys: () => Promise<readonly string[]>;
}

interface Seams {
  readonly killPoint?: KillPoint;
  readonly io?: Io;
}

export interface LakeKind {
  readonly name: string;
  /** Why there is none on this machine. */
  readonly missing?: string;
  /** Whether two writers of a pointer are told apart in any case. */
  readonly enforcesConditions: boolean;
  open(): Promise<LakeServer>;
}

export interface LakeServer {
  newLake(): TestLake;
  /** Of the server, where there is one. */
  readonly endpoint?: string;
  close(): Promise<void>;
}

const gateway = findVersitygw();

const s3Kinds: readonly (LakeKind & { readonly openServer: () => Promise<S3Server> })[] = [
  {
    name: "s3rver",
    enforcesConditions: false,
    openServer: openS3rver,
  },
  {
    name: "versitygw",
    enforcesConditions: true,
    ...("missing" in gateway ? gateway : {}),
    openServer: () =>
      "program" in gateway
        ? openVersitygw(gateway.program)
        : Promise.reject(new Error(gateway.missing)),
  },
].map((kind) => ({ ...kind, open: () => openS3Lakes(kind.openServer) }));

const folderKind: LakeKind = {
  name: "a folder",
  enforcesConditions: false,
  open: openFolderLakes,
};

export const lakeKinds: readonly LakeKind[] = [folderKind, ...s3Kinds];

function openFolderLakes(): Promise<LakeServer> {
  const folder = mkdtempSync(join(realpathSync(tmpdir()), "mercado-lake-"));
  let made = 0;
  return Promise.resolve({
    newLake: () => {
      made += 1;
      const root = join(folder, String(made), "lake");
      const lake = openFolderLake({ root });
      return {
        lake,
        place: { root },
        reopen: (seams) => openFolderLake({ root, ...seams }),
        read: (key) => readFile(join(root, key), "utf8"),
        write: async (key, text) => {
          await mkdir(dirname(join(root, key)), { recursive: true });
          await writeFile(join(root, key), text);
        },
        keys: async () => (await lake.files()).map(({ key }) => key).toSorted(),
      };
    },
    close: () => {
      rmSync(folder, { recursive: true, force: true });
      return Promise.resolve();
    },
  });
}

async function openS3Lakes(openServer: () => Promise<S3Server>): Promise<LakeServer> {
  const server = await openServer();
  const before = { ...process.env };
  Object.assign(process.env, server.environment, {
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true",
  });
  const folder = mkdtempSync(join(realpathSync(tmpdir()), "mercado-lake-"));
  const client = new S3Client({
    endpoint: server.endpoint,
    forcePathStyle: true,
    region: "us-east-1",
  });
  let made = 0;
  let machines = 0;
  return {
    endpoint: server.endpoint,
    newLake: () => {
      made += 1;
      const prefix = `lakes/${made}`;
      const open = (seams?: Seams) => {
        machines += 1;
        return openS3Lake({ ...placeOf(server, prefix, join(folder, String(machines))), ...seams });
      };
      const object = (key: string) => ({ Bucket: bucket, Key: `${prefix}/${key}` });
      return {
        lake: open(),
        place: placeOf(server, prefix, join(folder, "elsewhere")),
        reopen: open,
        read: async (key) => {
          const { Body } = await client.send(new GetObjectCommand(object(key)));
          return (await Body?.transformToString()) ?? "";
        },
        write: async (key, text) => {
          await client.send(new PutObjectCommand({ ...object(key), Body: Buffer.from(text) }));
        },
        keys: async () => {
          const { Contents = [] } = await client.send(
            new ListObjectsV2Command({ Bucket: bucket, Prefix: `${prefix}/` }),
          );
          return Contents.map(({ Key = "" }) => Key.slice(prefix.length + 1)).toSorted();
        },
      };
    },
    close: async () => {
      client.destroy();
      await server.close();
      rmSync(folder, { recursive: true, force: true });
      for (const name of Object.keys(server.environment)) {
        if (before[name] === undefined) Reflect.deleteProperty(process.env, name);
        else process.env[name] = before[name];
      }
    },
  };
}

function placeOf(server: S3Server, prefix: string, folder: string): S3LakeOptions {
  return { bucket, prefix, endpoint: server.endpoint, folder };
}

/** Stages and commits a part with a text as its content. */
export async function commit(
  lake: Lake,
  runId: string,
  content: string,
  {
    part = 0,
    day,
    relation = "raw.customer",
  }: { readonly part?: number; readonly day?: string; readonly relation?: RelationName } = {},
): Promise<LakeFile> {
  const key = lake.partKey(relation, runId, part, day);
  await writeFile(await lake.stagePart(key), content);
  return lake.commitPart(key, runId, 7);
}

export function manifestOf(
  runId: string,
  files: readonly LakeFile[],
  relation: RelationName = "raw.customer",
): LakeManifest {
  return {
    relation,
    runId,
    publishedAt: "2026-01-02T03:04:05.678Z",
    columns: [
      { name: "id", type: "integer" },
      { name: "price", type: "decimal(10,2)" },
    ],
    files,
  };
}
