import type { ShopClient } from "../../api/client.ts";
import type { Transaction } from "../../api/values/cart.ts";
import { centsFromStorage, formatCents, sumCents } from "../../api/values/money.ts";
import { planBaskets } from "./baskets.ts";
import type { SettableClock } from "./clock.ts";
import { scheduleOf } from "./schedule.ts";
import { settleCustomers, settleItems, settleVendors } from "./settle-in.ts";
import { shopForADay } from "./shop-for-a-day.ts";

export interface ShoppingOptions {
  client: ShopClient;
  /** The clock of the service that `client` talks to. */
  clock: SettableClock;
  /** A non-negative 32-bit integer; the same seed names the same people and fills the same carts. */
  seed: number;
  customers: number;
  vendors: number;
  /** Default 10. */
  itemsPerVendor?: number;
  /** YYYY-MM-DD. */
  day: string;
  /** Which day of shopping it is, whatever the calendar says: it varies what is bought. */
  dayNumber: number;
}

/** What the server answered, added up over this day. */
export interface ShoppingSummary {
  customers: number;
  vendors: number;
  items: number;
  transactions: number;
  lines: number;
  units: number;
  /** A decimal string with two places. */
  totalPrice: string;
}

function checkOptions(options: ShoppingOptions, itemsPerVendor: number): void {
  const counts = { ...options, itemsPerVendor };
  for (const name of ["customers", "vendors", "itemsPerVendor"] as const) {
    if (Number.isSafeInteger(counts[name]) && counts[name] >= 1) continue;
    throw new RangeError(`${name} must be a whole number of at least 1, not ${counts[name]}`);
  }
  for (const name of ["seed", "dayNumber"] as const) {
    const value = options[name];
    if (Number.isSafeInteger(value) && value >= 0 && value < 2 ** 32) continue;
    throw new RangeError(`${name} must be a whole number from 0 to 4294967295, not ${value}`);
  }
  const midnight = new Date(`${options.day}T00:00:00Z`);
  if (Number.isNaN(midnight.getTime()) || !midnight.toISOString().startsWith(options.day)) {
    throw new RangeError(`day must be a date as YYYY-MM-DD, not ${options.day}`);
  }
}

function addUp(transactions: readonly Transaction[]) {
  const lines = transactions.flatMap((transaction) => transaction.lines);
  return {
    transactions: transactions.length,
    lines: lines.length,
    units: lines.reduce((sum, line) => sum + line.quantity, 0),
    totalPrice: formatCents(
      sumCents(transactions.map((transaction) => centsFromStorage(transaction.totalPrice))),
    ),
  };
}

/**
 * One day in the shop: people sign up and list what is missing, then every customer buys twice and leaves a cart
 * behind. Shopping the same day again changes nothing, and completes what was cut off.
 */
export async function goShopping(options: ShoppingOptions): Promise<ShoppingSummary> {
  const { client, clock, seed, day, dayNumber, itemsPerVendor = 10 } = options;
  checkOptions(options, itemsPerVendor);
  const schedule = scheduleOf(day, options);
  const settling = { client, clock, schedule, seed };
  const vendorIds = await settleVendors(settling, options.vendors);
  const itemIds = await settleItems(settling, vendorIds, itemsPerVendor);
  const customerIds = await settleCustomers(settling, options.customers);
  const transactions: Transaction[] = [];
  for (const [customerIndex, userId] of customerIds.entries()) {
    const bought = await shopForADay({
      client,
      clock,
      userId,
      baskets: planBaskets({ seed, dayNumber, customerIndex }, itemIds),
      actsAt: (action) => schedule.customerActs(customerIndex, action),
      keyOf: (purchase) => `shopper-${seed}-${day}-${customerIndex + 1}-${purchase + 1}`,
    });
    transactions.push(...bought);
  }
  return {
    customers: customerIds.length,
    vendors: vendorIds.length,
    items: itemIds.length,
    ...addUp(transactions),
  };
}
