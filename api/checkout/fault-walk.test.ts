import { beforeAll, describe, expect, test } from "@jest/globals";
import {
  openFaultyDynamoDb,
  type Fault,
  type FaultyDynamoDb,
} from "../../local/testing/faulty-dynamodb.ts";
import {
  openFaultyPostgres,
  type FaultyPostgres,
  type PostgresFault,
} from "../../local/testing/faulty-postgres.ts";
import { countStock, failureOf, listItem, putCart, requestFor, type TestShop } from "../testing.ts";
import { useTestShop } from "../testing/use-test-shop.ts";
import { startShopProcess } from "../testing-process.ts";

/** What stands between the service and one of its databases: which messages it strikes, counted from 0, and with what. */
interface Gate<Disturbance> {
  number: number;
  strikes: (number: number) => boolean;
  disturbance: Disturbance;
}

function pass<Disturbance>(gate: Gate<Disturbance>): Disturbance | undefined {
  const struck = gate.strikes(gate.number);
  gate.number += 1;
  return struck ? gate.disturbance : undefined;
}

const never = () => false;
const toDynamoDb: Gate<(operation: string) => Fault> = {
  number: 0,
  strikes: never,
  disturbance: () => ({ kind: "none" }),
};
const toPostgres: Gate<PostgresFault> = { number: 0, strikes: never, disturbance: "none" };

const shop = useTestShop(async () => {
  service.stop();
  await service.ended;
  await dynamodb.close();
  await postgres.close();
});
let dynamodb: FaultyDynamoDb;
let postgres: FaultyPostgres;
/** A process of its own: errors of sockets are others under a test runner. No sweeper helps it. */
let service: Awaited<ReturnType<typeof startShopProcess>>;
beforeAll(async () => {
  shop.time.now = new Date();
  dynamodb = await openFaultyDynamoDb(
    shop.dynamodb.endpoint!,
    (operation) => pass(toDynamoDb)?.(operation) ?? { kind: "none" },
  );
  postgres = await openFaultyPostgres(shop.postgresUrl, () => pass(toPostgres) ?? "none");
  service = await startShopProcess(
    { postgresUrl: postgres.url, dynamodb: { ...shop.dynamodb, endpoint: dynamodb.endpoint } },
    { MERCADO_API_SWEEP_SECONDS: "0" },
  );
});

/** Something that must happen once, and that a client sends again as it is when it does not hear what became of it. */
interface Act {
  send: (client: TestShop["client"]) => Promise<unknown>;
  expectOnce: (answer: unknown) => Promise<void>;
}

async function checkout(): Promise<Act> {
  const item = await listItem(shop, 10);
  const userId = await putCart(shop, item, 3);
  const request = await requestFor(shop, userId, "walked");
  return {
    send: (client) => client.checkout.create.mutate(request),
    async expectOnce(bought) {
      expect(bought).toMatchObject({ totalPrice: "37.50", lines: [{ quantity: 3 }] });
      expect((await shop.client.transaction.history.query({ userId })).items).toEqual([bought]);
      expect(await shop.client.cart.get.query({ userId })).toBeNull();
      // Not told to Postgres where that was away: then a refund, a retry or the sweeper tells it.
      const { available, reserved, sold } = await countStock(shop, item);
      expect([available, reserved + sold]).toEqual([7, 3]);
    },
  };
}

async function refund(): Promise<Act> {
  const item = await listItem(shop, 10);
  const userId = await putCart(shop, item, 3);
  const sale = await shop.client.checkout.create.mutate(await requestFor(shop, userId, "sale"));
  const request = {
    transactionId: sale.transactionId,
    lines: [{ lineNumber: 1, quantity: 2 }],
    idempotencyKey: "walked",
  };
  return {
    send: (client) => client.transaction.refund.mutate(request),
    async expectOnce(refunded) {
      expect(refunded).toMatchObject({ totalPrice: "-25.00", refersTo: sale.transactionId });
      const { items } = await shop.client.transaction.history.query({ userId });
      expect(items).toHaveLength(2);
      expect(items).toContainEqual(refunded);
      expect(await countStock(shop, item)).toEqual({ available: 9, reserved: 0, sold: 1 });
    },
  };
}

const ACTS = { checkout, refund };

/**
 * Lets the gate strike the first message of an act, then the second of another, and so on until an act has no such
 * message; `lasting`, also all that follow. After each, the same request through a service without faults gives one
 * result. Returns how many messages an act has.
 */
async function walk(
  act: keyof typeof ACTS,
  gate: Pick<Gate<never>, "number" | "strikes">,
  lasting: boolean,
): Promise<number> {
  for (let step = 0; ; step += 1) {
    const { send, expectOnce } = await ACTS[act]();
    gate.number = 0;
    gate.strikes = (number) => number === step || (lasting && number > step);
    const outcome = await failureOf(send(service.client));
    gate.strikes = never;
    expect(["no failure", "SERVICE_UNAVAILABLE"]).toContain(outcome);
    const answer = await send(shop.client);
    await expectOnce(answer);
    expect(await send(shop.client)).toEqual(answer);
    if (gate.number <= step) return step;
  }
}

const throttling: Fault = { kind: "refuse", status: 400, type: "ThrottlingException" };

/** Another transaction has the item; a read, which has no such answer, meets a fault of the server. */
function conflict(operation: string): Fault {
  const refusal = { kind: "refuse", status: 400 } as const;
  switch (operation) {
    case "TransactWriteItems": {
      const reasons = ["None", "TransactionConflict", "None"];
      return { ...refusal, type: "TransactionCanceledException", reasons };
    }
    case "PutItem":
      return { ...refusal, type: "TransactionConflictException" };
    default:
      return { ...refusal, status: 500, type: "InternalServerError" };
  }
}

describe.each(["checkout", "refund"] as const)("a %s happens once", (act) => {
  test.each<[name: string, disturbance: (operation: string) => Fault, lasting: boolean]>([
    ["is throttled", () => throttling, false],
    ["is throttled from then on", () => throttling, true],
    ["meets another transaction", conflict, false],
    ["meets other transactions from then on", conflict, true],
    ["does not arrive", () => ({ kind: "reset" }), false],
    ["does not arrive from then on", () => ({ kind: "reset" }), true],
    ["loses its answer", () => ({ kind: "lose" }), false],
    ["loses its answer from then on", () => ({ kind: "lose" }), true],
    ["has its answer cut", () => ({ kind: "cut" }), true],
    ["is slow", () => ({ kind: "delay", milliseconds: 300 }), true],
  ])("though a request to DynamoDB %s, whichever it is", async (_name, disturbance, lasting) => {
    toDynamoDb.disturbance = disturbance;
    const messages = await walk(act, toDynamoDb, lasting);
    expect(messages).toBeGreaterThanOrEqual(act === "checkout" ? 2 : 1);
  });

  test.each<[fault: PostgresFault, lasting: boolean]>([
    ["reset", false],
    ["reset", true],
    ["lose", false],
    ["lose", true],
  ])(
    "though a connection to Postgres breaks (%s, lasting: %s), at whichever statement",
    async (fault, lasting) => {
      toPostgres.disturbance = fault;
      const messages = await walk(act, toPostgres, lasting);
      expect(messages).toBeGreaterThanOrEqual(act === "checkout" ? 2 : 8);
    },
  );
});

test("a checkout whose write DynamoDB answers after the time that the shop waits happens once", async () => {
  toDynamoDb.disturbance = () => ({ kind: "delay", milliseconds: 11_000 });
  toDynamoDb.number = 0;
  toDynamoDb.strikes = (number) => number === 1;
  const { send, expectOnce } = await checkout();
  toDynamoDb.number = 0;
  expect(await failureOf(send(service.client))).toBe("no failure");
  toDynamoDb.strikes = never;
  await expectOnce(await send(shop.client));
});
