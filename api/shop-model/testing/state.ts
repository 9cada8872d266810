/** The shop as a plain value: what its state must be, told without databases. Items and owners are small indices. */
export interface ShopState {
  /** Counts the steps of the history; operations of one step are carried out at once. */
  readonly step: number;
  readonly day: number;
  /** Counts the changes of carts: the generation of the cart that was changed last. */
  readonly generation: number;
  readonly items: readonly ModelItem[];
  /** Of customer 0, customer 1 and the guest. */
  readonly carts: Readonly<Record<Owner, ModelCart | null>>;
  /** What each customer saw when looking into the cart last. */
  readonly views: readonly (View | null)[];
  /** Every checkout that was asked for, so that it can be asked for again. */
  readonly requests: readonly Request[];
  readonly attempts: readonly Attempt[];
  readonly refunds: readonly Refund[];
}

export type User = 0 | 1;
export type Owner = User | "guest";

export interface ModelItem {
  readonly cents: bigint;
  readonly stock: number;
  readonly archived: boolean;
}

export interface ModelLine {
  readonly item: number;
  readonly quantity: number;
  /** The price shown, and the step at which it was asked. */
  readonly cents: bigint;
  readonly pricedAt: number;
}

export interface ModelCart {
  /** Another one after each change, never used twice. */
  readonly generation: number;
  readonly lines: readonly ModelLine[];
  readonly changedOn: number;
}

export interface View {
  readonly generation: number;
  readonly total: bigint;
}

export interface Request {
  readonly key: string;
  readonly user: User;
  readonly view: View;
}

/** One checkout that took stock, under its idempotency key. */
export interface Attempt {
  readonly key: string;
  readonly user: User;
  readonly generation: number;
  readonly lines: readonly ModelLine[];
  /** `pending`: the service died in the middle of it. */
  readonly outcome: "pending" | "sold" | "given up";
  readonly expired: boolean;
}

export interface Refund {
  readonly key: string;
  /** `recorded` and `put` (in the history, its units not back yet): the service died in the middle of it. */
  readonly stage: "recorded" | "put" | "completed";
  /** The key of the checkout. */
  readonly of: string;
  readonly line: number;
  readonly quantity: number;
}

export function totalCents(lines: readonly ModelLine[]): bigint {
  return lines.reduce((sum, { cents, quantity }) => sum + cents * BigInt(quantity), 0n);
}

/** What an observer sees of a shop, in a form that can be compared. */
export interface Observation {
  readonly carts: readonly (readonly string[])[];
  readonly stock: readonly number[];
  /** Each customer's transactions, as signed totals in cents, in ascending order. */
  readonly histories: readonly (readonly string[])[];
}

/** Days after which a cart that nobody changed is gone. */
const CART_DAYS: Readonly<Record<Owner, number>> = { 0: 30, 1: 30, guest: 7 };

/** The cart of an owner unless it has expired. */
export function cartOf(state: ShopState, owner: Owner): ModelCart | null {
  const cart = state.carts[owner];
  return cart === null || cart.changedOn + CART_DAYS[owner] <= state.day ? null : cart;
}

function inWords(line: ModelLine): string {
  return `${line.quantity} of ${line.item} at ${line.cents}`;
}

export function observe(state: ShopState): Observation {
  return {
    carts: ([0, 1, "guest"] as const).map(
      (owner) => cartOf(state, owner)?.lines.map(inWords) ?? [],
    ),
    stock: state.items.map(({ stock }) => stock),
    histories: ([0, 1] as const).map((user) => {
      const sold = state.attempts.filter((each) => each.user === user && each.outcome === "sold");
      const put = state.refunds.filter(({ stage }) => stage !== "recorded");
      const refunded = put.flatMap((refund) => {
        const line = sold.find(({ key }) => key === refund.of)?.lines[refund.line];
        return line === undefined ? [] : [-line.cents * BigInt(refund.quantity)];
      });
      return [...sold.map(({ lines }) => totalCents(lines)), ...refunded].map(String).sort();
    }),
  };
}
