import { done, refused, type Applied, type Operation, type Purchase } from "./operations.ts";
import {
  cartOf,
  totalCents,
  type Attempt,
  type ModelLine,
  type Refund,
  type Request,
  type ShopState,
} from "./state.ts";

type Checkout = Extract<Operation, { readonly does: "buy" | "retry" | "refund" }>;

export function applyCheckout(state: ShopState, operation: Checkout): Applied {
  switch (operation.does) {
    case "buy": {
      const { user, key } = operation;
      const view = state.views[user];
      if (view === null || view === undefined) return refused(state);
      const request = { key, user, view };
      return buy({ ...state, requests: [...state.requests, request] }, request, operation);
    }
    case "retry": {
      const request = pick(state.requests, operation.which);
      return request === undefined ? refused(state) : buy(state, request, {});
    }
    case "refund":
      return applyRefund(state, operation);
  }
}

function pick<Value>(values: readonly Value[], which: number): Value | undefined {
  return values.length === 0 ? undefined : values[which % values.length];
}

function buy(
  state: ShopState,
  request: Request,
  { dies, foiled }: Pick<Purchase, "dies" | "foiled">,
): Applied {
  const earlier = state.attempts.find(({ key }) => key === request.key);
  if (earlier !== undefined) return complete(state, earlier);
  const cart = cartOf(state, request.user);
  if (cart === null || cart.generation !== request.view.generation) return refused(state);
  const rival = state.attempts.find(
    (each) =>
      each.outcome === "pending" &&
      each.user === request.user &&
      each.generation === cart.generation,
  );
  if (rival !== undefined && !rival.expired) {
    const { state: ended } = complete(state, rival);
    // Who carries another's checkout to its end may die there.
    return dies === undefined || dies === "after-reserve"
      ? refused(ended)
      : { state: ended, answer: "died" };
  }
  const free = rival === undefined ? state : giveUp(state, rival);
  if (!isAgreed(free, cart.lines, request)) return refused(free);
  const attempt: Attempt = {
    key: request.key,
    user: request.user,
    generation: cart.generation,
    lines: cart.lines,
    outcome: "pending",
    expired: false,
  };
  const reserved = moveStock({ ...free, attempts: [...free.attempts, attempt] }, cart.lines, -1);
  if (dies === "after-reserve") return { state: reserved, answer: "died" };
  if (foiled === true) {
    // That it will never be bought is decided before the stock goes back.
    const kept = dies === "after-transact" || dies === "before-confirm";
    const state = kept ? reserved : giveUp(reserved, attempt);
    return { state, answer: dies === undefined ? "refused" : "died" };
  }
  const { state: sold } = complete(reserved, attempt);
  return { state: sold, answer: dies === undefined ? "done" : "died" };
}

function isAgreed(state: ShopState, lines: readonly ModelLine[], { view }: Request): boolean {
  if (lines.length === 0 || totalCents(lines) !== view.total) return false;
  return lines.every(({ item, quantity, cents }) => {
    const offer = state.items[item];
    return (
      offer !== undefined && !offer.archived && offer.stock >= quantity && offer.cents === cents
    );
  });
}

/** Carries a checkout to its end: its cart is bought if it is still the one that was reserved. */
function complete(state: ShopState, attempt: Attempt): Applied {
  switch (attempt.outcome) {
    case "sold":
      return done(state);
    case "given up":
      return refused(state);
    case "pending": {
      const cart = cartOf(state, attempt.user);
      if (cart?.generation !== attempt.generation) return refused(giveUp(state, attempt));
      const carts = { ...state.carts, [attempt.user]: null };
      return done(withOutcome({ ...state, carts }, attempt, "sold"));
    }
  }
}

function giveUp(state: ShopState, attempt: Attempt): ShopState {
  return moveStock(withOutcome(state, attempt, "given up"), attempt.lines, 1);
}

export function settleExpired(state: ShopState): ShopState {
  const expired = state.attempts.filter((each) => each.outcome === "pending" && each.expired);
  return expired.reduce(giveUp, state);
}

function withOutcome(state: ShopState, attempt: Attempt, outcome: Attempt["outcome"]): ShopState {
  const attempts = state.attempts.map((each) =>
    each.key === attempt.key ? { ...each, outcome } : each,
  );
  return { ...state, attempts };
}

function moveStock(state: ShopState, lines: readonly ModelLine[], direction: 1 | -1): ShopState {
  const items = state.items.map((item, index) => {
    const units = lines
      .filter((line) => line.item === index)
      .reduce((sum, { quantity }) => sum + quantity, 0);
    return { ...item, stock: item.stock + direction * units };
  });
  return { ...state, items };
}

function applyRefund(
  state: ShopState,
  operation: Extract<Operation, { readonly does: "refund" }>,
): Applied {
  const { which, wanted, key, dies } = operation;
  const request = pick(state.requests, which);
  const sale = state.attempts.find((each) => each.key === request?.key && each.outcome === "sold");
  if (sale === undefined) return refused(state);
  const line = sale.lines.findIndex(({ item }) => item === wanted.item);
  const bought = sale.lines[line];
  if (bought === undefined) return refused(state);
  const before = state.refunds
    .filter((each) => each.of === sale.key && each.line === line)
    .reduce((sum, { quantity }) => sum + quantity, 0);
  if (before + wanted.quantity > bought.quantity) return refused(state);
  const refund: Refund = { key, stage: "recorded", of: sale.key, line, quantity: wanted.quantity };
  const recorded = { ...state, refunds: [...state.refunds, refund] };
  if (dies === "after-refund-record") return { state: recorded, answer: "died" };
  if (dies === "after-refund-put") {
    const put = { ...recorded, refunds: [...state.refunds, { ...refund, stage: "put" as const }] };
    return { state: put, answer: "died" };
  }
  return { state: completeRefund(recorded, refund), answer: dies === undefined ? "done" : "died" };
}

function completeRefund(state: ShopState, refund: Refund): ShopState {
  const sale = state.attempts.find(({ key }) => key === refund.of);
  const sold = sale?.lines[refund.line];
  const refunds = state.refunds.map((each) =>
    each.key === refund.key ? { ...each, stage: "completed" as const } : each,
  );
  const returned = sold === undefined ? [] : [{ ...sold, quantity: refund.quantity }];
  return moveStock({ ...state, refunds }, returned, 1);
}

export function completeRefunds(state: ShopState): ShopState {
  return state.refunds.filter(({ stage }) => stage !== "completed").reduce(completeRefund, state);
}
