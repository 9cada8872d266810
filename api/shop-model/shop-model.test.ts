import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { useTestShop } from "../testing/use-test-shop.ts";
import { apply } from "./testing/apply.ts";
import type { Answer, Operation } from "./testing/operations.ts";
import { settleRealShop } from "./testing/real-shop.ts";
import { cartOf, observe, type ShopState } from "./testing/state.ts";

const shop = useTestShop();

const ITEMS = [
  { price: "9.99", stock: 12 },
  { price: "0.10", stock: 5 },
];

const FIRST: ShopState = {
  step: 0,
  day: 0,
  generation: 0,
  items: ITEMS.map(({ price, stock }) => ({
    cents: BigInt(price.replace(".", "")),
    stock,
    archived: false,
  })),
  carts: { 0: null, 1: null, guest: null },
  views: [null, null],
  requests: [],
  attempts: [],
  refunds: [],
};

const user = fc.constantFrom(0 as const, 1 as const);
const owner = fc.constantFrom(0 as const, 1 as const, "guest" as const);
const item = fc.nat(ITEMS.length - 1);
const wanted = fc.record({ item, quantity: fc.integer({ min: 1, max: 6 }) });
const is = <const Word extends string>(...words: Word[]) => fc.constantFrom(...words);
const point = is("after-reserve", "after-transact", "before-confirm", "after-confirm");
const unknownKey = fc.constant("");

const edit = fc.oneof(
  { weight: 6, arbitrary: fc.record({ does: is("add"), owner, wanted }) },
  { weight: 2, arbitrary: fc.record({ does: is("change"), owner, wanted }) },
  fc.record({ does: is("remove"), owner, item }),
  fc.record({ does: is("clear"), owner }),
  { weight: 2, arbitrary: fc.record({ does: is("merge"), user }) },
);
const purchase = fc.oneof(
  { weight: 5, arbitrary: fc.record({ does: is("buy"), user, key: unknownKey }) },
  { weight: 2, arbitrary: fc.record({ does: is("buy"), user, key: unknownKey, dies: point }) },
  { weight: 2, arbitrary: fc.record({ does: is("retry"), which: fc.nat(5) }) },
  {
    weight: 2,
    arbitrary: fc.record({ does: is("refund"), which: fc.nat(5), wanted, key: unknownKey }),
  },
  fc.record({
    does: is("refund"),
    which: fc.nat(5),
    wanted,
    key: unknownKey,
    dies: is("after-refund-record", "after-refund-put", "after-refund-complete"),
  }),
  fc.record({ does: is("sweep") }),
);
const vendor = fc.oneof(
  fc.record({ does: is("price"), item, cents: fc.integer({ min: 1, max: 2_000 }) }),
  fc.record({ does: is("archive", "restore"), item }),
);
/** Of operations at the same time the model tries every order; what reads a clock or a screen has its own step. */
const together = fc.oneof(
  { weight: 3, arbitrary: edit },
  { weight: 4, arbitrary: purchase },
  vendor,
);
const alone = fc.oneof(
  { weight: 6, arbitrary: fc.record({ does: is("look"), user }) },
  { weight: 1, arbitrary: fc.record({ does: is("wait"), days: fc.integer({ min: 1, max: 31 }) }) },
  { weight: 1, arbitrary: fc.record({ does: is("time out") }) },
);
const anyStep: fc.Arbitrary<Operation[]> = fc.oneof(
  { weight: 3, arbitrary: together.map((one) => [one]) },
  { weight: 3, arbitrary: fc.tuple(together, together) },
  { weight: 4, arbitrary: alone.map((one) => [one]) },
);

/** Gives each purchase and refund a key that no other has. */
function withKeys(steps: readonly (readonly Operation[])[]): Operation[][] {
  let keys = 0;
  return steps.map((step) =>
    step.map((operation) => {
      if (!("key" in operation)) return operation;
      keys += 1;
      return { ...operation, key: `key-${keys}` };
    }),
  );
}

function ordersOf<Value>(values: readonly Value[]): Value[][] {
  if (values.length <= 1) return [[...values]];
  return values.flatMap((first, index) =>
    ordersOf(values.toSpliced(index, 1)).map((rest) => [first, ...rest]),
  );
}

const inText = (value: unknown) =>
  JSON.stringify(value, (_name, part: unknown) => (typeof part === "bigint" ? `${part}n` : part));

/**
 * A checkout reserves, then commits; what changes its cart at the same time can come between the two, and foils it. The
 * orders in which each of the purchases is foiled by what comes behind it.
 */
function withFoiled(order: readonly Numbered[]): (readonly Numbered[])[] {
  const foiled = order
    .slice(0, -1)
    .flatMap(({ operation, index }, place) =>
      operation.does === "buy"
        ? [order.with(place, { operation: { ...operation, foiled: true }, index })]
        : [],
    );
  return [order, ...foiled];
}

interface Numbered {
  readonly operation: Operation;
  readonly index: number;
}

/** The states to which operations at the same time can have led, each with what was answered. */
function outcomesOf(state: ShopState, step: readonly Operation[]) {
  const numbered = step.map((operation, index) => ({ operation, index }));
  return ordersOf(numbered)
    .flatMap(withFoiled)
    .flatMap((order) => {
      const answers: Answer[] = [];
      let after: ShopState = { ...state, step: state.step + 1 };
      for (const { operation, index } of order) {
        const applied = apply(after, operation);
        after = applied.state;
        answers[index] = applied.answer;
      }
      return order.every(({ operation }) => couldHappen(operation, state, after))
        ? [{ after, answers }]
        : [];
    });
}

/** A purchase is foiled by a change of its cart alone. */
function couldHappen(operation: Operation, before: ShopState, after: ShopState): boolean {
  if (operation.does !== "buy" || operation.foiled !== true) return true;
  const { user } = operation;
  return cartOf(before, user)?.generation !== cartOf(after, user)?.generation;
}

test("whatever shoppers and vendors do, also at once, ends as if it had been done one after the other", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyStep, { minLength: 8, maxLength: 24 }), async (anySteps) => {
      const real = await settleRealShop(shop, ITEMS);
      const ending: Operation[][] = [[{ does: "time out" }], [{ does: "sweep" }]];
      let possible: ShopState[] = [FIRST];
      for (const step of [...withKeys(anySteps), ...ending]) {
        shop.time.now = new Date(shop.time.now.getTime() + 1_000);
        const answers = await Promise.all(step.map((operation) => real.carryOut(operation)));
        const seen = { answers, ...(await real.observe()) };
        const outcomes = possible.flatMap((state) => outcomesOf(state, step));
        const expected = outcomes.map(({ after, answers: told }) => ({
          answers: told,
          ...observe(after),
        }));
        const fitting = outcomes.filter((_, index) => inText(expected[index]) === inText(seen));
        if (fitting.length === 0) expect({ step, seen }).toEqual({ step, expected: expected[0] });
        possible = [...new Map(fitting.map(({ after }) => [inText(after), after])).values()];
      }
    }),
    // To find the shortest history that fails takes minutes: leave endOnFailure out to have it.
    { numRuns: 20, endOnFailure: true },
  );
}, 300_000);
