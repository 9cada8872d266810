/** How long a cart is kept after its last change, in seconds. */
export interface CartLifetimes {
  readonly customerSeconds: number;
  readonly guestSeconds: number;
}

const DAY_SECONDS = 86_400;

export const DEFAULT_CART_LIFETIMES: CartLifetimes = {
  customerSeconds: 30 * DAY_SECONDS,
  guestSeconds: 7 * DAY_SECONDS,
};

/** 2020-01-01: counted from here, seconds fit Postgres's `integer` until 2088. */
const FIRST_VERSION_SECOND = 1_577_836_800;

export function epochSecondsOf(timestamp: string): number {
  return Math.floor(Date.parse(timestamp) / 1_000);
}

/**
 * The version that a cart begins with where none is stored: the seconds since 2020. Nothing is left of a cart that
 * expired and was deleted, so only time can tell its successor's versions from its own; together with
 * {@link expiryOf} it does so strictly.
 */
export function firstVersionAt(epochSeconds: number): number {
  return Math.max(1, epochSeconds - FIRST_VERSION_SECOND);
}

/**
 * When a cart of this version expires, in epoch seconds: a lifetime from now, but not before a new cart would begin with
 * a higher version. A cart that changes more often than once a second runs ahead of the clock and is kept until the
 * clock has caught up.
 */
export function expiryOf(version: number, epochSeconds: number, lifetimeSeconds: number): number {
  return Math.max(epochSeconds + lifetimeSeconds, FIRST_VERSION_SECOND + version + 1);
}
