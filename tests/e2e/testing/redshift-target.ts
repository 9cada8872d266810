import { cpSync, existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";
import type { Isolation } from "../../../local/redshift/connections.ts";
import type { Faults } from "../../../local/redshift/faults.ts";
import { openRedshiftServer } from "../../../local/redshift/server.ts";
import type { RedshiftServer, RedshiftServerOptions } from "../../../local/redshift/server.ts";
import { openS3Server } from "../../../local/s3/s3-server.ts";
import type { S3Server } from "../../../local/s3/s3-server.ts";
import type { Services } from "../../../local/services.ts";
import { openTestServices } from "../../../local/testing.ts";
import type { Engine } from "../../../runner/core/ports.ts";
import { openRedshift } from "../../../runner/engine/redshift/engine.ts";
import { openS3Lake } from "../../../runner/lake/s3/s3-lake.ts";
import type { StoredLake } from "../../../runner/lake/stored-lake.ts";
import { filesBelow } from "./duckdb-target.ts";
import { TestProject } from "./project.ts";
import type { OpenedTarget, ProjectPlace } from "./targets.ts";

const bucket = "lake";
const region = "us-east-1";
/** A prepared database that the others are copies of, which is faster. */
const prepared = "redshift";

let opened = 0;

/** What all places of one test file share. */
interface Ground {
  readonly number: number;
  readonly postgresUrl: string;
  readonly admin: pg.Client;
  readonly s3: S3Server;
  /** Of the S3 server. */
  readonly directory: string;
}

/** A database of its own behind a stand-in of its own, and a prefix of the file's bucket. */
export class RedshiftPlace implements ProjectPlace {
  readonly #ground: Ground;
  readonly #name: string;
  #server: RedshiftServer;
  readonly #port: number;
  #isolation: Isolation = "serializable";

  private constructor(ground: Ground, name: string, server: RedshiftServer) {
    this.#ground = ground;
    this.#name = name;
    this.#server = server;
    this.#port = Number(new URL(server.endpoint).port);
  }

  static async open(ground: Ground, name: string): Promise<RedshiftPlace> {
    await copyDatabase(ground.admin, `${prepared}_${ground.number}`, name);
    return new RedshiftPlace(ground, name, await startServer(ground, name));
  }

  get environment() {
    return environmentOf(this.#ground.s3);
  }

  get faults(): Faults {
    return this.#server.faults;
  }

  get connection() {
    const { endpoint } = this.#server;
    return { endpoint, region, workgroup: "mercado", database: this.#name };
  }

  get s3Endpoint(): string {
    return this.#ground.s3.endpoint;
  }

  /** The Postgres database in which the stand-in keeps the warehouse. */
  get postgresUrl(): string {
    return databaseUrl(this.#ground.postgresUrl, this.#name);
  }

  pipelines(text: string): string {
    return text.replace(
      /^ {4}engine: duckdb\n {4}warehouse: .*\n {4}lake: .*\n/m,
      `    engine: redshift
    redshift: { endpoint: "${this.#server.endpoint}", region: ${region}, workgroup: mercado, database: ${this.#name} }
    lake: s3://${bucket}/${this.#name}
    lake_endpoint: ${this.#ground.s3.endpoint}
`,
    );
  }

  /** Starts the stand-in again, with transactions that are kept apart so far; no run may be under way. */
  async isolate(isolation: Isolation): Promise<void> {
    this.#isolation = isolation;
    await this.#whileClosed(() => Promise.resolve());
  }

  openWarehouse(): Promise<Engine> {
    const lake = this.openLake();
    return openRedshift({
      ...this.connection,
      ...{ iamRole: "default", threads: 4, name: "inspection" },
      home: join(this.#ground.directory, "..", "readers", this.#name),
      readObject: async (location) => (await lake.shared?.readText(location)) ?? "",
    });
  }

  openLake(): StoredLake {
    const { s3, directory } = this.#ground;
    const folder = join(directory, "..", "readers", this.#name, "lake");
    return openS3Lake({ bucket, prefix: this.#name, endpoint: s3.endpoint, folder });
  }

  lakeKeys(): readonly string[] {
    return filesBelow(this.lakeFolder).flatMap((name) => {
      const key = /^(.*)\._S3rver_object$/.exec(name)?.[1];
      return key === undefined ? [] : [key];
    });
  }

  async keep(name: string): Promise<void> {
    const kept = this.#kept(name);
    await this.#whileClosed(() => copyDatabase(this.#ground.admin, this.#name, kept.database));
    replaceFolder(kept.objects, this.lakeFolder);
  }

  async restore(name: string | undefined): Promise<void> {
    const { admin, number } = this.#ground;
    const { database, objects } =
      name === undefined
        ? { database: `${prepared}_${number}`, objects: undefined }
        : this.#kept(name);
    await this.#whileClosed(() => copyDatabase(admin, database, this.#name));
    replaceFolder(this.lakeFolder, objects);
  }

  async loseWarehouse(): Promise<void> {
    const { admin, number } = this.#ground;
    await this.#whileClosed(() => copyDatabase(admin, `${prepared}_${number}`, this.#name));
  }

  async passLeaseTime(): Promise<void> {
    await this.inDatabase((client) =>
      client.query(`do $$ begin
        if to_regclass('_runner.lease') is not null then
          update _runner.lease set heartbeat_at = heartbeat_at - interval '61 seconds';
        end if;
      end $$`),
    );
  }

  /** Works on the warehouse past the stand-in. */
  async inDatabase<Result>(work: (client: pg.Client) => Promise<Result>): Promise<Result> {
    const client = new pg.Client({ connectionString: this.postgresUrl });
    await client.connect();
    try {
      return await work(client);
    } finally {
      await client.end();
    }
  }

  async close(): Promise<void> {
    await this.#server.close();
  }

  get lakeFolder(): string {
    return join(this.#ground.directory, bucket, this.#name);
  }

  #kept(name: string) {
    const database = `${this.#name}_${name}`;
    return { database, objects: join(this.#ground.directory, "..", "kept", database) };
  }

  /** A database can only be copied while nobody is connected to it. */
  async #whileClosed(work: () => Promise<void>): Promise<void> {
    await this.#server.close();
    await work();
    const settings = { port: this.#port, isolation: this.#isolation };
    this.#server = await startServer(this.#ground, this.#name, settings);
  }
}

/** The place of a project that a Redshift target made. */
export function redshiftPlace({ place }: TestProject): RedshiftPlace {
  if (place instanceof RedshiftPlace) return place;
  throw new Error("this project is not on Redshift's stand-in");
}

export async function openRedshiftTarget(
  given?: Services & { readonly home: string },
): Promise<OpenedTarget> {
  const services = given ?? (await openTestServices());
  opened += 1;
  const directory = join(services.home, `aws-${opened}`, "s3");
  const s3 = await openS3Server({ directory, bucket });
  const { postgresUrl } = services;
  const admin = new pg.Client({ connectionString: postgresUrl });
  await admin.connect();
  const ground = { number: opened, postgresUrl, admin, s3, directory };
  await (await startServer(ground, `${prepared}_${opened}`)).close();
  // This process reads the lake and the warehouse too.
  const before = { ...process.env };
  Object.assign(process.env, environmentOf(s3));
  const places: RedshiftPlace[] = [];
  const newPlace = async () => {
    const place = await RedshiftPlace.open(ground, `warehouse_${opened}_${places.length + 1}`);
    places.push(place);
    return place;
  };
  return {
    newProject: async (files, databases) => new TestProject(files, databases, await newPlace()),
    newProjectOfRepository: async (databases) =>
      TestProject.ofRepository(databases, await newPlace()),
    close: async () => {
      for (const place of places) await place.close();
      await admin.end();
      await s3.close();
      for (const name of Object.keys(environmentOf(s3))) {
        if (before[name] === undefined) Reflect.deleteProperty(process.env, name);
        else process.env[name] = before[name];
      }
      if (given === undefined) await services.close();
    },
  };
}

function environmentOf({ accessKeyId, secretAccessKey }: S3Server) {
  return { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey };
}

function databaseUrl(postgresUrl: string, database: string): string {
  const url = new URL(postgresUrl);
  url.pathname = `/${database}`;
  return url.href;
}

function startServer(
  ground: Ground,
  database: string,
  settings: Pick<RedshiftServerOptions, "port" | "isolation"> = {},
): Promise<RedshiftServer> {
  const { accessKeyId, secretAccessKey, endpoint } = ground.s3;
  return openRedshiftServer({
    ...{ postgresUrl: ground.postgresUrl, database, accessKeyId, ...settings },
    storage: { endpoint, region, accessKeyId, secretAccessKey },
  });
}

async function copyDatabase(admin: pg.Client, from: string, to: string): Promise<void> {
  await admin.query(`drop database if exists ${to} with (force)`);
  await admin.query(`create database ${to} template ${from}`);
}

function replaceFolder(to: string, from: string | undefined): void {
  rmSync(to, { recursive: true, force: true });
  // Without objects there is no folder.
  if (from !== undefined && existsSync(from))
    cpSync(from, to, { recursive: true, preserveTimestamps: true });
}
