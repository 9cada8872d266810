import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { existsSync, statSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import * as homes from "./fixtures/homes.ts";
import { makeTestHome } from "./testing.ts";
import { openServices, type Services } from "./services.ts";

let home: string;
beforeEach(() => {
  home = makeTestHome();
});
afterEach(() => {
  homes.removeHome(home);
});

describe("opening a home", () => {
  test("gives a Postgres and a DynamoDB whose data is there again the next time, at the same address", async () => {
    const first = await homes.open(home);
    await homes.query(first, "create table kept as select 'é' as letter");
    await createTable(first, "kept");
    await first.close();
    expect(homes.processesOf(home)).toEqual([]);

    const second = await homes.open(home);
    expect(second.postgresUrl).toBe(first.postgresUrl);
    expect(second.dynamodb).toEqual(first.dynamodb);
    expect(await homes.query(second, "select upper(letter) as letter from kept")).toEqual([
      { letter: "É" },
    ]);
    expect(await tableNames(second)).toEqual(["kept"]);
    await second.close();
  });

  test("moves to another port when somebody else took the one of last time", async () => {
    const first = await homes.open(home);
    await first.close();
    const thief = createServer();
    await new Promise<void>((resolve) => thief.listen(portOf(first), "127.0.0.1", resolve));

    const second = await homes.open(home);
    expect(portOf(second)).not.toBe(portOf(first));
    expect(await homes.query(second, "select 1 as one")).toEqual([{ one: 1 }]);
    await second.close();
    thief.close();
  });

  test("keeps two homes apart that are open at the same time", async () => {
    const other = makeTestHome();
    const [left, right] = await Promise.all([homes.open(home), homes.open(other)]);
    await homes.query(left, "create table here ()");
    await createTable(left, "here");
    expect(await homes.query(right, "select to_regclass('here') as found")).toEqual([
      { found: null },
    ]);
    expect(await tableNames(right)).toEqual([]);
    await left.close();
    expect(await homes.query(right, "select 1 as one")).toEqual([{ one: 1 }]);
    await right.close();
    expect([...homes.processesOf(home), ...homes.processesOf(other)]).toEqual([]);
    homes.removeHome(other);
  });

  test("lets nobody in without the password, and shows the password and the token to nobody else", async () => {
    const services = await homes.open(home);
    const intruder = new URL(services.postgresUrl);
    intruder.password = "guessed";
    await expect(
      homes.query({ ...services, postgresUrl: intruder.href }, "select 1"),
    ).rejects.toThrow("password authentication failed");
    expect(statSync(join(home, "postgres", "password")).mode & 0o077).toBe(0);
    expect(statSync(join(home, "services.json")).mode & 0o077).toBe(0);
    await services.close();
  });
});

describe("several clients of one home", () => {
  test("that start at the same moment share one supervisor, and the last to leave stops it", async () => {
    const clients = await Promise.all([1, 2, 3].map(() => homes.startClient(home)));
    const own = await homes.open(home);
    for (const { services } of clients) expect(services.postgresUrl).toBe(own.postgresUrl);
    const supervisors = homes.processesOf(home).filter(({ command }) => /main\.js/.test(command));
    expect(supervisors.map(({ pid }) => pid)).toEqual([homes.supervisorOf(home)]);

    await own.close();
    for (const client of clients.slice(1)) client.process.kill("SIGKILL");
    await Promise.all(clients.slice(1).map(({ exit }) => exit));
    expect(await homes.query(clients[0]!.services, "select 1 as one")).toEqual([{ one: 1 }]);

    clients[0]!.process.kill("SIGKILL");
    expect(await homes.leftOf(home)).toEqual([]);
    expect(existsSync(join(home, "services.json"))).toBe(false);
  });

  test("can open again while the services of the one before are still stopping", async () => {
    const first = await homes.open(home);
    const closing = first.close();
    const second = await homes.open(home);
    await closing;
    expect(await homes.query(second, "select 1 as one")).toEqual([{ one: 1 }]);
    await second.close();
    await second.close();
    expect(homes.processesOf(home)).toEqual([]);
  });

  test("die from a Ctrl-C without taking Postgres down uncleanly", async () => {
    const client = await homes.startClient(home);
    await homes.query(client.services, "create table kept ()");
    process.kill(-client.process.pid!, "SIGINT");
    expect(await client.exit).toBe("SIGINT");
    expect(await homes.leftOf(home)).toEqual([]);
    expect(existsSync(join(home, "postgres", "data", "postmaster.pid"))).toBe(false);
  });
});

describe("services that the environment names", () => {
  test("are used as they are, and nothing is started beside them", async () => {
    const services = await openServices({
      home,
      env: {
        MERCADO_POSTGRES_URL: "postgres://shop@db.example/shop",
        MERCADO_DYNAMODB_ENDPOINT: "http://dynamodb.example:8000",
      },
    });
    expect(services.postgresUrl).toBe("postgres://shop@db.example/shop");
    expect(services.dynamodb.endpoint).toBe("http://dynamodb.example:8000");
    expect(homes.processesOf(home)).toEqual([]);
    await services.close();
  });

  test("leave only the other one to be started", async () => {
    const env = { MERCADO_POSTGRES_URL: "postgres://shop@db.example/shop" };
    const services = await openServices({ home, env });
    expect(services.postgresUrl).toBe("postgres://shop@db.example/shop");
    expect(await tableNames(services)).toEqual([]);
    expect(existsSync(join(home, "postgres"))).toBe(false);
    await services.close();
  });
});

function portOf(services: Services): number {
  return Number(new URL(services.postgresUrl).port);
}

async function dynamodb(services: Services, action: string, body: object): Promise<unknown> {
  const { endpoint, region, accessKeyId } = services.dynamodb;
  const scope = `${accessKeyId}/20260101/${region}/dynamodb/aws4_request`;
  const response = await fetch(endpoint!, {
    method: "POST",
    headers: {
      "content-type": "application/x-amz-json-1.0",
      "x-amz-target": `DynamoDB_20120810.${action}`,
      authorization: `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=0`,
      "x-amz-date": "20260101T000000Z",
    },
    body: JSON.stringify(body),
  });
  const answer = await response.text();
  if (!response.ok) throw new Error(answer);
  return JSON.parse(answer);
}

async function tableNames(services: Services): Promise<string[]> {
  const { TableNames } = (await dynamodb(services, "ListTables", {})) as { TableNames: string[] };
  return TableNames;
}

async function createTable(services: Services, name: string): Promise<void> {
  await dynamodb(services, "CreateTable", {
    TableName: name,
    BillingMode: "PAY_PER_REQUEST",
    AttributeDefinitions: [{ AttributeName: "pk", AttributeType: "S" }],
    KeySchema: [{ AttributeName: "pk", KeyType: "HASH" }],
  });
}
