import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { CreateTableCommand, paginateScan } from "@aws-sdk/client-dynamodb";
import pg from "pg";
import { openTable } from "../../api/dynamodb/table.ts";
import type { Services } from "../../local/services.ts";
import { createDatabase, fillCatalog, type Catalog } from "./catalog.ts";
import { oneOf, takingTurns, twoOf } from "./choices.ts";
import type { BenchRequest } from "./load.ts";
import { startProgram, type BenchedService } from "./started-service.ts";

const folder = fileURLToPath(new URL("peer", import.meta.url));
const tableName = "bench_peer";
const run = promisify(execFile);

/**
 * The Python of an environment with what the peer needs, below `home`; it is made at the first call. Throws when there is no
 * Python, or its packages are not to be had.
 */
export async function preparePeer(home: string): Promise<string> {
  const requirements = join(folder, "requirements.txt");
  const checksum = createHash("sha256")
    .update(await readFile(requirements))
    .digest("hex");
  const environment = join(home, "bench", `peer-${checksum.slice(0, 12)}`);
  if (existsSync(environment)) return join(environment, "bin", "python");
  const python = process.env["MERCADO_BENCH_PYTHON"] ?? "python3";
  const unfinished = `${environment}.unfinished`;
  await rm(unfinished, { recursive: true, force: true });
  await run(python, ["-m", "venv", "--copies", unfinished]);
  const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
  await run(join(unfinished, "bin", "python"), [...pip, "--requirement", requirements]);
  await rename(unfinished, environment);
  return join(environment, "bin", "python");
}

export interface PeerOptions {
  readonly python: string;
  readonly services: Services;
  readonly catalog: Catalog;
}

/** Starts the FastAPI service with one worker, as ours is one process, on databases of its own. */
export async function openPeer({
  python,
  services,
  catalog,
}: PeerOptions): Promise<BenchedService> {
  const { dynamodb } = services;
  const url = await createDatabase(services.postgresUrl, "bench_peer");
  const table = openTable(dynamodb, tableName);
  await table.client.send(
    new CreateTableCommand({
      TableName: tableName,
      BillingMode: "PAY_PER_REQUEST",
      AttributeDefinitions: ["pk", "sk"].map((name) => ({
        AttributeName: name,
        AttributeType: "S",
      })),
      KeySchema: [
        { AttributeName: "pk", KeyType: "HASH" },
        { AttributeName: "sk", KeyType: "RANGE" },
      ],
    }),
  );
  const program = await startProgram({
    file: python,
    args: ["-m", "uvicorn", "main:app", "--port", "0", "--workers", "1", "--no-access-log"],
    cwd: folder,
    env: {
      PYTHONDONTWRITEBYTECODE: "1",
      DATABASE_URL: url.replace(/^postgres(ql)?:/, "postgresql+psycopg:"),
      DYNAMODB_ENDPOINT: dynamodb.endpoint ?? "",
      DYNAMODB_TABLE: tableName,
      AWS_DEFAULT_REGION: dynamodb.region,
      AWS_ACCESS_KEY_ID: dynamodb.accessKeyId ?? "",
      AWS_SECRET_ACCESS_KEY: dynamodb.secretAccessKey ?? "",
    },
  });
  await fillCatalog(url, catalog, { withStock: false });
  await indexNames(url);
  const nextCustomer = takingTurns(catalog.customers.length);
  const headers = { "content-type": "application/json" };
  let acknowledged = 0;

  const putCart = (customer: number): BenchRequest => ({
    ...{ method: "POST", path: "/cart/", headers },
    body: JSON.stringify({
      user_id: customer,
      cart: twoOf(catalog.items).map(({ id, vendorId, price }) => ({
        ...{ item_id: String(id), vendor_id: String(vendorId) },
        ...{ qty: 2, unit_price: price, total_price: 2 * price },
      })),
    }),
  });

  return {
    name: "FastAPI",
    url: program.url,
    cpuSeconds: program.cpuSeconds,
    browse: [
      {
        prepare: () => {
          const word = encodeURIComponent(oneOf(catalog.words));
          return { method: "GET", path: `/inventory/?item_name=${word}&limit=20` };
        },
      },
    ],
    cart: [{ prepare: () => putCart(nextCustomer()) }],
    checkout: [
      {
        prepare: (sequence) => {
          sequence.customer = nextCustomer();
          return putCart(sequence.customer);
        },
      },
      {
        prepare: ({ customer }) => {
          if (customer === undefined) return undefined;
          const body = JSON.stringify({ user_id: customer });
          return { method: "POST", path: "/checkout/", headers, body };
        },
        read: () => {
          acknowledged += 1;
        },
      },
    ],
    async verify() {
      let stored = 0;
      const pages = paginateScan(
        { client: table.client },
        {
          TableName: tableName,
          Select: "COUNT",
          FilterExpression: "begins_with(sk, :prefix)",
          ExpressionAttributeValues: { ":prefix": { S: "USER" } },
        },
      );
      for await (const { Count: count = 0 } of pages) stored += count;
      const text = `${acknowledged} orders acknowledged, ${stored} stored; nobody can tell which of the others its customer heard of`;
      return { text, isRight: true };
    },
    async close() {
      table.client.destroy();
      await program.stop();
    },
  };
}

/** The index that makes the peer's search as fast as it can be, where Postgres has it. */
async function indexNames(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query("create extension if not exists pg_trgm");
    await client.query("create index on inventory using gin (item_name gin_trgm_ops)");
  } finally {
    await client.end();
  }
}
