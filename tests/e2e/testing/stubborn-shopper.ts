import { setTimeout as sleep } from "node:timers/promises";
import { TRPCClientError } from "@trpc/client";
import type { Faker } from "@faker-js/faker";
import type { ShopClient } from "../../../api/client.ts";
import type { AppRouter } from "../../../api/router.ts";
import type { Transaction } from "../../../api/values/cart.ts";

/** What one shopper knows of what they bought. */
export interface Diary {
  /** What the shop said was bought, or given back. */
  readonly acknowledged: Transaction[];
  /** Keys of purchases that were given up before any answer came: they may have happened. */
  readonly unheard: { userId: number; idempotencyKey: string }[];
  /** Codes of what the shop refused for good. */
  readonly refused: string[];
}

export interface ShopperOptions {
  readonly client: ShopClient;
  readonly userId: number;
  readonly itemIds: readonly number[];
  readonly random: Faker;
  /** What tells this round's keys from another's. */
  readonly round: number;
  /** Shopping goes on at least so often, and then until `isOver`. */
  readonly purchases: number;
  readonly isOver: () => boolean;
}

const PATIENCE_MILLISECONDS = 40_000;
const MOST_PURCHASES = 200;

type Answer<Value> =
  | { readonly is: "heard"; readonly value: Value }
  | { readonly is: "refused"; readonly code: string }
  | { readonly is: "lost" };

/** Sends one request. What may be sent again, with the hope of another answer, counts as lost. */
async function send<Value>(call: () => Promise<Value>): Promise<Answer<Value>> {
  try {
    return { is: "heard", value: await call() };
  } catch (error) {
    const { data } = error as TRPCClientError<AppRouter>;
    if (data === null || data === undefined || data.httpStatus >= 500) return { is: "lost" };
    return { is: "refused", code: data.mercado };
  }
}

/** Sends the same request until it is answered. */
async function insist<Value>(
  call: () => Promise<Value>,
): Promise<Exclude<Answer<Value>, { is: "lost" }>> {
  const end = Date.now() + PATIENCE_MILLISECONDS;
  for (;;) {
    const answer = await send(call);
    if (answer.is !== "lost") return answer;
    if (Date.now() > end) throw new Error("the shop does not answer any more");
    await sleep(20 + Math.random() * 80);
  }
}

/** Of some sales a part goes back, of some what is left, of some both; each until it is answered. */
async function giveBack(options: ShopperOptions, sale: Transaction, diary: Diary): Promise<void> {
  const { client, userId, random } = options;
  const { transactionId } = sale;
  const idempotencyKey = `back-${transactionId}`;
  const wanted: (() => Promise<Transaction>)[] = [];
  if (random.datatype.boolean({ probability: 0.3 })) {
    const { lineNumber, quantity: bought } = random.helpers.arrayElement(sale.lines);
    const lines = [{ lineNumber, quantity: random.number.int({ min: 1, max: bought }) }];
    const request = { userId, transactionId, idempotencyKey, lines };
    wanted.push(() => client.transaction.refund.mutate(request));
  }
  if (random.datatype.boolean({ probability: 0.2 })) {
    const request = { userId, transactionId, idempotencyKey: `${idempotencyKey}-rest` };
    wanted.push(() => client.transaction.cancel.mutate(request));
  }
  for (const call of wanted) {
    const answer = await insist(call);
    if (answer.is === "heard") diary.acknowledged.push(answer.value);
    else diary.refused.push(answer.code);
  }
}

/**
 * Buys again and again, and gives some of it back, repeating each request with its key until it is answered; now and then
 * somebody loses heart at the first answer to a checkout that is lost.
 */
export async function shopStubbornly(options: ShopperOptions): Promise<Diary> {
  const { client, userId, itemIds, random, round, purchases, isOver } = options;
  const diary: Diary = { acknowledged: [], unheard: [], refused: [] };
  for (let number = 1; number <= MOST_PURCHASES; number += 1) {
    if (number > purchases && isOver()) return diary;
    const lines = random.helpers
      .arrayElements([...itemIds], { min: 1, max: 4 })
      .map((itemId) => ({ itemId, quantity: random.number.int({ min: 1, max: 5 }) }));
    const cart = await insist(() => client.cart.put.mutate({ userId, lines }));
    if (cart.is === "refused") throw new Error(`a cart was refused: ${cart.code}`);
    const { version: cartVersion, totalPrice: expectedTotal } = cart.value;
    const key = { userId, idempotencyKey: `${round}-${number}` };
    const buy = () => client.checkout.create.mutate({ ...key, cartVersion, expectedTotal });
    const isFaint = random.datatype.boolean({ probability: 0.2 });
    const answer = await (isFaint ? send(buy) : insist(buy));
    switch (answer.is) {
      case "heard":
        diary.acknowledged.push(answer.value);
        await giveBack(options, answer.value, diary);
        break;
      case "refused":
        diary.refused.push(answer.code);
        break;
      case "lost":
        diary.unheard.push(key);
        break;
      default:
        answer satisfies never;
    }
  }
  return diary;
}
