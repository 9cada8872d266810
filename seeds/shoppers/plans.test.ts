import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { createCustomer } from "../../api/schema/inputs/customer.ts";
import { createItem } from "../../api/schema/inputs/inventory.ts";
import { createVendor } from "../../api/schema/inputs/vendor.ts";
import { planBaskets } from "./baskets.ts";
import { planCustomers, planItems, planVendors } from "./people.ts";
import { scheduleOf } from "./schedule.ts";

const seeds = fc.nat(2 ** 32 - 1);
const counts = fc.integer({ min: 1, max: 40 });

describe("a population", () => {
  test("keeps its people, vendors and items when it grows, so that a second day finds them", () => {
    fc.assert(
      fc.property(seeds, counts, counts, (seed, few, more) => {
        const many = few + more;
        expect(planCustomers(seed, many).slice(0, few)).toEqual(planCustomers(seed, few));
        expect(planVendors(seed, many).slice(0, few)).toEqual(planVendors(seed, few));
        expect(planItems(seed, 3, many).slice(0, few)).toEqual(planItems(seed, 3, few));
      }),
      { numRuns: 20 },
    );
  });

  test("has nobody twice, however large it is", () => {
    expect(new Set(planCustomers(1, 3000).map((customer) => customer.email)).size).toBe(3000);
    expect(new Set(planVendors(1, 3000).map((vendor) => vendor.vendorName)).size).toBe(3000);
    expect(new Set(planItems(1, 0, 300).map((item) => item.itemName)).size).toBe(300);
  });

  test("is accepted by the shop as it is, so that it is found again by what it sent", () => {
    for (const customer of planCustomers(5, 500)) {
      expect(createCustomer.parse(customer)).toEqual(customer);
    }
    for (const vendor of planVendors(5, 500)) expect(createVendor.parse(vendor)).toEqual(vendor);
    for (const item of planItems(5, 2, 200)) {
      expect(createItem.parse({ vendorId: 1, ...item })).toEqual({ vendorId: 1, ...item });
    }
  });

  test("of another seed is another one", () => {
    expect(planCustomers(1, 5)).not.toEqual(planCustomers(2, 5));
  });

  test("lists items in the categories 1 to 6", () => {
    const items = [0, 1, 2].flatMap((vendor) => planItems(9, vendor, 10));
    expect([...new Set(items.map((item) => item.category))].sort()).toEqual([1, 2, 3, 4, 5, 6]);
  });
});

describe("baskets", () => {
  const itemIds = Array.from({ length: 50 }, (_, index) => index + 1);

  test("hold two different items in quantities of 1 to 500", () => {
    fc.assert(
      fc.property(seeds, fc.nat(1000), fc.nat(1000), (seed, dayNumber, customerIndex) => {
        for (const basket of planBaskets({ seed, dayNumber, customerIndex }, itemIds)) {
          expect(new Set(basket.map((line) => line.itemId)).size).toBe(2);
          for (const { quantity } of basket) {
            expect(quantity >= 1 && quantity <= 500).toBe(true);
          }
        }
      }),
    );
  });

  test("are the same for the same seed and day, and others on another day", () => {
    const who = { seed: 3, dayNumber: 1, customerIndex: 4 };
    expect(planBaskets(who, itemIds)).toEqual(planBaskets(who, itemIds));
    expect(planBaskets(who, itemIds)).not.toEqual(planBaskets({ ...who, dayNumber: 2 }, itemIds));
  });

  test("can be filled where a single item is sold", () => {
    expect(planBaskets({ seed: 3, dayNumber: 1, customerIndex: 4 }, [7])[0]).toHaveLength(1);
  });
});

test("whoever acts later has a later time, and all of it is on the day", () => {
  for (const customers of [1, 10, 9_000, 100_000]) {
    const schedule = scheduleOf("2024-02-29", { customers, vendors: 5 });
    const last = schedule.customerActs(customers - 1, 4);
    expect(schedule.customerActs(0, 1) > schedule.customerActs(0, 0)).toBe(true);
    expect(last > schedule.customerActs(customers - 1, 3)).toBe(true);
    expect(schedule.customerActs(0, 0) > schedule.customerJoins(customers - 1)).toBe(true);
    expect(schedule.customerJoins(0) > schedule.vendorJoins(4)).toBe(true);
    expect(last.toISOString()).toMatch(/^2024-02-29/);
  }
});
