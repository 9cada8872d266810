import { randomUUID } from "node:crypto";
import { DeleteItemCommand } from "@aws-sdk/client-dynamodb";
import { beforeAll, expect, test } from "@jest/globals";
import fc from "fast-check";
import { openFaultyDynamoDb } from "../../local/testing/faulty-dynamodb.ts";
import { createShopClient, type ShopClient } from "../client.ts";
import { cartKey } from "../dynamodb/keys.ts";
import { startApi, type Api } from "../server.ts";
import { failureOf, listItems, signUp } from "../testing.ts";
import { useTestShop } from "../testing/use-test-shop.ts";
import type { Cart } from "../values/cart.ts";
import {
  anyEditOf,
  editPlainly,
  mergePlainly,
  unitsOf,
  type PlainCart,
  type PlainEdit,
} from "./testing.ts";

const DAY = 86_400_000;
const WRITES = new Set(["PutItem", "TransactWriteItems"]);

/** The write does not arrive, or takes effect and its answer is lost. */
type Loss = "reset" | "lose";

const shop = useTestShop(async () => {
  await api.close();
  await faulty.close();
});
let faulty: Awaited<ReturnType<typeof openFaultyDynamoDb>>;
let api: Api;
/** A client of a service whose writes fail as `next` says. */
let unlucky: ShopClient;
const next: { fault: Loss; times: number } = { fault: "reset", times: 0 };
let items: number[];
beforeAll(async () => {
  faulty = await openFaultyDynamoDb(shop.dynamodb.endpoint!, (operation) => {
    if (!WRITES.has(operation) || next.times === 0) return { kind: "none" };
    next.times -= 1;
    return { kind: next.fault };
  });
  const { postgresUrl, dynamodb } = shop;
  api = await startApi({
    postgresUrl,
    dynamodb: { ...dynamodb, endpoint: faulty.endpoint },
    clock: () => shop.time.now,
  });
  unlucky = createShopClient({ url: api.url });
  items = await listItems(shop, [
    { price: "1.00", stock: 9 },
    { price: "2.00", stock: 9 },
    { price: "3.00", stock: 9 },
  ]);
});

type Named = { userId: number; guestId?: undefined } | { guestId: string; userId?: undefined };
interface Sent {
  owner: Named;
  requestId: string;
  expectedVersion?: number | undefined;
}

/** An item is drawn as its place in `items`. */
function send(client: ShopClient, edit: PlainEdit, sent: Sent): Promise<Cart | null> {
  const { owner, ...more } = sent;
  const change = { ...owner, ...more };
  switch (edit.does) {
    case "add":
    case "change": {
      const { itemId, quantity } = edit;
      return client.cart[edit.does].mutate({ ...change, itemId, quantity });
    }
    case "remove":
      return client.cart.remove.mutate({ ...change, itemId: edit.itemId });
    case "clear":
      return client.cart.clear.mutate(change);
    case "replace": {
      const lines = edit.units.map(([itemId, quantity]) => ({ itemId, quantity }));
      return client.cart.put.mutate({ ...change, lines });
    }
  }
}

/** As a client does that hears nothing, or of a shop that cannot be used: it asks again. */
async function untilAnswered(call: () => Promise<unknown>): Promise<string> {
  for (let tries = 0; tries < 5; tries += 1) {
    const outcome = await failureOf(call());
    if (outcome !== "SERVICE_UNAVAILABLE") return outcome;
  }
  return "never answered";
}

const anyEdit = anyEditOf(fc.nat(2));
const anyOwner = fc.constantFrom("customer" as const, "guest" as const);
// The SDK tries three times: with more faults than that the service itself hears nothing.
const anyFault = fc.record({
  fault: fc.constantFrom<Loss>("lose", "reset"),
  times: fc.constantFrom(0, 1, 1, 4),
});
const anyStep = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      step: fc.constant("edit" as const),
      owner: anyOwner,
      edit: anyEdit,
      faults: anyFault,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      step: fc.constant("race" as const),
      owner: anyOwner,
      edits: fc.tuple(anyEdit, anyEdit),
    }),
  },
  fc.record({ step: fc.constant("stale" as const), owner: anyOwner, edit: anyEdit }),
  {
    weight: 2,
    arbitrary: fc.record({ step: fc.constant("merge" as const), faults: anyFault }),
  },
  fc.record({ step: fc.constant("race of merges" as const) }),
  fc.record({
    step: fc.constant("wait" as const),
    days: fc.constantFrom(1, 8, 31),
    deleted: fc.boolean(),
  }),
);
type Step = typeof anyStep extends fc.Arbitrary<infer Value> ? Value : never;
type Drawn = typeof anyEdit extends fc.Arbitrary<infer Value> ? Value : never;

/** The edit with the items' ids in place of their places. */
function placed(edit: Drawn): PlainEdit {
  const idOf = (place: number) => items[place]!;
  if (edit.does === "replace") {
    return { ...edit, units: edit.units.map(([place, units]) => [idOf(place), units] as const) };
  }
  return "itemId" in edit ? { ...edit, itemId: idOf(edit.itemId) } : edit;
}

interface PlainState {
  units: PlainCart;
  /** In milliseconds; undefined: nothing is in the cart, or ever was. */
  expires: number | undefined;
}

/** A customer's and a guest's cart, beside what plain carts would hold; checks them after each step. */
class TwoCarts {
  readonly owners: Readonly<Record<"customer" | "guest", Named>>;
  private readonly plain: Record<"customer" | "guest", PlainState> = {
    customer: { units: new Map(), expires: undefined },
    guest: { units: new Map(), expires: undefined },
  };
  /** What every version of a cart that was ever seen held. */
  private readonly seen = new Map<string, string>();
  private readonly highest = { customer: 0, guest: 0 };

  constructor(userId: number, guestId: string) {
    this.owners = { customer: { userId }, guest: { guestId } };
  }

  private units(owner: "customer" | "guest"): PlainCart {
    const { units, expires = 0 } = this.plain[owner];
    return expires > shop.time.now.getTime() ? units : new Map();
  }

  private store(owner: "customer" | "guest", units: PlainCart): void {
    const days = owner === "customer" ? 30 : 7;
    this.plain[owner] = { units, expires: shop.time.now.getTime() + days * DAY };
  }

  private apply(owner: "customer" | "guest", edit: PlainEdit): string {
    const before = this.units(owner);
    const after = editPlainly(before, edit);
    if (typeof after === "string") return after;
    const nothing = after.size === before.size && ["remove", "clear"].includes(edit.does);
    if (!nothing) this.store(owner, after);
    return "no failure";
  }

  async take(step: Step): Promise<void> {
    switch (step.step) {
      case "edit": {
        const edit = placed(step.edit);
        const sent = { owner: this.owners[step.owner], requestId: randomUUID() };
        Object.assign(next, step.faults);
        const outcome = await untilAnswered(() => send(unlucky, edit, sent));
        next.times = 0;
        expect(outcome).toBe(this.apply(step.owner, edit));
        break;
      }
      case "race":
        await this.race(step.owner, [placed(step.edits[0]), placed(step.edits[1])]);
        break;
      case "stale": {
        const owner = this.owners[step.owner];
        const sent = { owner, requestId: randomUUID(), expectedVersion: 1 };
        expect(await failureOf(send(shop.client, placed(step.edit), sent))).toBe("CART_CHANGED");
        break;
      }
      case "merge": {
        Object.assign(next, step.faults);
        expect(await untilAnswered(() => this.merge(unlucky))).toBe("no failure");
        next.times = 0;
        this.applyMerge();
        break;
      }
      case "race of merges": {
        const outcomes = await Promise.all(
          [this.merge(unlucky), this.merge(shop.client)].map(failureOf),
        );
        expect(outcomes).toEqual(["no failure", "no failure"]);
        this.applyMerge();
        break;
      }
      case "wait":
        shop.time.now = new Date(shop.time.now.getTime() + step.days * DAY);
        if (step.deleted) await this.deleteExpired();
    }
    await this.check();
  }

  private merge(client: ShopClient) {
    const [{ userId = 0 }, { guestId = "" }] = [this.owners.customer, this.owners.guest];
    return client.cart.merge.mutate({ userId, guestId });
  }

  private applyMerge(): void {
    const guest = this.units("guest");
    if (guest.size === 0) return;
    this.store("customer", mergePlainly(this.units("customer"), guest));
    this.store("guest", new Map());
  }

  /** Two edits at once, by two services: the cart is as if one had come after the other. */
  private async race(owner: "customer" | "guest", edits: readonly [PlainEdit, PlainEdit]) {
    const outcomes = await Promise.all(
      edits.map((edit, index) => {
        const sent = { owner: this.owners[owner], requestId: randomUUID() };
        return failureOf(send(index === 0 ? shop.client : unlucky, edit, sent));
      }),
    );
    const before = this.plain[owner];
    const orders = [[0, 1] as const, [1, 0] as const].map((order) => {
      this.plain[owner] = before;
      const expected = ["", ""];
      for (const index of order) expected[index] = this.apply(owner, edits[index]);
      return { expected, after: this.plain[owner], units: [...this.units(owner)] };
    });
    const cart = await shop.client.cart.get.query(this.owners[owner]);
    const found = { outcomes, units: unitsOf(cart) };
    const fitting = orders.find(
      (order) =>
        JSON.stringify({ outcomes: order.expected, units: order.units }) === JSON.stringify(found),
    );
    expect(fitting === undefined ? { found, orders } : "one after the other").toBe(
      "one after the other",
    );
    if (fitting !== undefined) this.plain[owner] = fitting.after;
  }

  /** As DynamoDB does, some time after. */
  private async deleteExpired(): Promise<void> {
    for (const owner of ["customer", "guest"] as const) {
      if ((this.plain[owner].expires ?? Infinity) > shop.time.now.getTime()) continue;
      const Key = { ...cartKey(this.owners[owner]) };
      await shop.table.client.send(new DeleteItemCommand({ TableName: shop.table.name, Key }));
    }
  }

  private async check(): Promise<void> {
    for (const owner of ["customer", "guest"] as const) {
      const cart = await shop.client.cart.get.query(this.owners[owner]);
      expect(unitsOf(cart)).toEqual([...this.units(owner)]);
      if (cart === null) continue;
      const version = `${owner} ${cart.version}`;
      const content = JSON.stringify(cart);
      expect(this.seen.get(version) ?? content).toBe(content);
      this.seen.set(version, content);
      expect(cart.version).toBeGreaterThanOrEqual(this.highest[owner]);
      this.highest[owner] = cart.version;
    }
  }
}

test("carts hold what plain carts would, whatever two clients do at once, lose, repeat, merge and let expire", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyStep, { minLength: 4, maxLength: 14 }), async (steps) => {
      const { guestId } = await shop.client.cart.createGuest.mutate();
      const carts = new TwoCarts(await signUp(shop), guestId);
      for (const step of steps) await carts.take(step);
    }),
    { numRuns: 20 },
  );
});

test.each<[fault: Loss, times: number, outcome: string, units: number]>([
  ["lose", 1, "no failure", 3],
  ["lose", 99, "no failure", 3],
  ["reset", 1, "no failure", 3],
  ["reset", 99, "SERVICE_UNAVAILABLE", 2],
])(
  "an add whose write meets %s %i times adds once or not at all",
  async (fault, times, ...told) => {
    const userId = await signUp(shop);
    const [itemId = 0] = items;
    await shop.client.cart.add.mutate({ userId, itemId, quantity: 2 });
    Object.assign(next, { fault, times });
    const outcome = await failureOf(unlucky.cart.add.mutate({ userId, itemId, quantity: 1 }));
    next.times = 0;
    const cart = await shop.client.cart.get.query({ userId });
    expect([outcome, cart?.lines[0]?.quantity]).toEqual(told);
  },
);
