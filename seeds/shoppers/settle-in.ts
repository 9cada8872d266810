import type { ShopClient } from "../../api/client.ts";
import type { SettableClock } from "./clock.ts";
import { planCustomers, planItems, planVendors, type VendorPlan } from "./people.ts";
import type { Schedule } from "./schedule.ts";

export interface SettleInOptions {
  client: ShopClient;
  clock: SettableClock;
  schedule: Schedule;
  seed: number;
}

/** How many look-ups go out at once; the client puts them into one request. */
const LOOKUPS = 25;

async function lookUp<Plan, Found>(
  plans: readonly Plan[],
  find: (plan: Plan) => Promise<Found>,
): Promise<{ plan: Plan; found: Found }[]> {
  const results: { plan: Plan; found: Found }[] = [];
  for (let start = 0; start < plans.length; start += LOOKUPS) {
    const batch = plans.slice(start, start + LOOKUPS);
    const answers = batch.map(async (plan) => ({ plan, found: await find(plan) }));
    results.push(...(await Promise.all(answers)));
  }
  return results;
}

/** The ids of the first `count` customers of this seed; those who are missing sign up, in order. */
export async function settleCustomers(options: SettleInOptions, count: number): Promise<number[]> {
  const { client, clock, schedule, seed } = options;
  const known = await lookUp(planCustomers(seed, count), ({ email }) =>
    client.customer.byEmail.query({ email }),
  );
  const ids: number[] = [];
  for (const [index, { plan, found }] of known.entries()) {
    clock.set(schedule.customerJoins(index));
    const customer = found ?? (await client.customer.create.mutate(plan));
    ids.push(customer.id);
  }
  return ids;
}

async function findVendor(client: ShopClient, plan: VendorPlan): Promise<number | null> {
  const { vendorName } = plan;
  let cursor: string | undefined;
  do {
    const page = await client.vendor.search.query({ vendorName, limit: 200, cursor });
    const found = page.items.find((vendor) => vendor.vendorName === vendorName);
    if (found !== undefined) return found.id;
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  return null;
}

/** The ids of the first `count` vendors of this seed; those that are missing sign up, in order. */
export async function settleVendors(options: SettleInOptions, count: number): Promise<number[]> {
  const { client, clock, schedule, seed } = options;
  const known = await lookUp(planVendors(seed, count), (plan) => findVendor(client, plan));
  const ids: number[] = [];
  for (const [index, { plan, found }] of known.entries()) {
    clock.set(schedule.vendorJoins(index));
    ids.push(found ?? (await client.vendor.create.mutate(plan)).id);
  }
  return ids;
}

async function listedItems(client: ShopClient, vendorId: number): Promise<Map<string, number>> {
  const ids = new Map<string, number>();
  let cursor: string | undefined;
  do {
    const page = await client.inventory.search.query({ vendorId, limit: 200, cursor });
    for (const item of page.items) ids.set(item.itemName, item.id);
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  return ids;
}

/** The ids of the first `itemsPerVendor` items of each vendor, in the order of vendors; missing ones are listed. */
export async function settleItems(
  options: SettleInOptions,
  vendorIds: readonly number[],
  itemsPerVendor: number,
): Promise<number[]> {
  const { client, seed } = options;
  const known = await lookUp(vendorIds, (vendorId) => listedItems(client, vendorId));
  const ids: number[] = [];
  for (const [vendorIndex, { plan: vendorId, found }] of known.entries()) {
    for (const item of planItems(seed, vendorIndex, itemsPerVendor)) {
      const id = found.get(item.itemName);
      ids.push(id ?? (await client.inventory.create.mutate({ vendorId, ...item })).id);
    }
  }
  return ids;
}
