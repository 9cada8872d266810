import { done, refused, type Applied, type Operation } from "./operations.ts";
import { applyCheckout, completeRefunds, settleExpired } from "./apply-checkout.ts";
import {
  cartOf,
  totalCents,
  type ModelLine,
  type Owner,
  type ShopState,
  type User,
} from "./state.ts";

/** What an operation makes of a shop that does one thing at a time. */
export function apply(state: ShopState, operation: Operation): Applied {
  switch (operation.does) {
    case "add":
    case "change":
    case "remove":
    case "clear":
      return applyEdit(state, operation);
    case "merge":
      return applyMerge(state, operation.user);
    case "look": {
      const cart = cartOf(state, operation.user);
      const view =
        cart === null ? null : { generation: cart.generation, total: totalCents(cart.lines) };
      return done({ ...state, views: state.views.with(operation.user, view) });
    }
    case "buy":
    case "retry":
    case "refund":
      return applyCheckout(state, operation);
    case "price":
      // What is archived has to be restored before it changes.
      if (state.items[operation.item]?.archived === true) return refused(state);
      return done(withItem(state, operation.item, { cents: BigInt(operation.cents) }));
    case "archive":
    case "restore":
      return done(withItem(state, operation.item, { archived: operation.does === "archive" }));
    case "wait":
      return done({ ...state, day: state.day + operation.days });
    case "time out":
      return done({
        ...state,
        attempts: state.attempts.map((attempt) => ({
          ...attempt,
          expired: attempt.expired || attempt.outcome === "pending",
        })),
      });
    case "sweep":
      return done(completeRefunds(settleExpired(state)));
  }
}

function withItem(
  state: ShopState,
  item: number,
  change: Partial<ShopState["items"][number]>,
): ShopState {
  const before = state.items[item];
  if (before === undefined) return state;
  return { ...state, items: state.items.with(item, { ...before, ...change }) };
}

type Edit = Extract<Operation, { readonly does: "add" | "change" | "remove" | "clear" }>;

function applyEdit(state: ShopState, edit: Edit): Applied {
  const lines = cartOf(state, edit.owner)?.lines ?? [];
  switch (edit.does) {
    case "clear":
      return lines.length === 0 ? done(state) : done(withLines(state, edit.owner, []));
    case "remove": {
      const left = lines.filter(({ item }) => item !== edit.item);
      return done(left.length === lines.length ? state : withLines(state, edit.owner, left));
    }
    case "add":
    case "change": {
      const { item, quantity } = edit.wanted;
      const offer = state.items[item];
      const index = lines.findIndex((line) => line.item === item);
      if (edit.does === "change" && index === -1) return refused(state);
      if (offer === undefined || offer.archived) return refused(state);
      const before = edit.does === "add" ? (lines[index]?.quantity ?? 0) : 0;
      const line = { item, quantity: before + quantity, cents: offer.cents, pricedAt: state.step };
      const after = index === -1 ? [...lines, line] : lines.with(index, line);
      return done(withLines(state, edit.owner, after));
    }
  }
}

function withLines(state: ShopState, owner: Owner, lines: readonly ModelLine[]): ShopState {
  const generation = state.generation + 1;
  const cart = { generation, lines, changedOn: state.day };
  return { ...state, generation, carts: { ...state.carts, [owner]: cart } };
}

/** The guest's lines come on top of the customer's; of a line in both, the price that was asked last is shown. */
function applyMerge(state: ShopState, user: User): Applied {
  const guest = cartOf(state, "guest")?.lines ?? [];
  if (guest.length === 0) return done(state);
  const lines = [...(cartOf(state, user)?.lines ?? [])];
  for (const line of guest) {
    const index = lines.findIndex(({ item }) => item === line.item);
    const own = lines[index];
    if (own === undefined) lines.push(line);
    else {
      const { cents, pricedAt } = line.pricedAt > own.pricedAt ? line : own;
      lines[index] = { ...own, cents, pricedAt, quantity: own.quantity + line.quantity };
    }
  }
  return done(withLines(withLines(state, "guest", []), user, lines));
}
