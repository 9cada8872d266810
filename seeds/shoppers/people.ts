import { faker } from "@faker-js/faker/locale/en";
import { formatCents } from "../../api/values/money.ts";

export interface CustomerPlan {
  firstName: string;
  lastName: string;
  email: string;
}

export interface VendorPlan {
  vendorName: string;
  region: string;
}

export interface ItemPlan {
  itemName: string;
  category: number;
  price: string;
  stock: number;
}

/** First number of each sequence of random draws, so that they do not depend on each other. */
const SEQUENCE = { customer: 1, vendor: 2, item: 3, basket: 4 } as const;

/** The random source of one thing: the same for ever, whatever else was made before. Use it before the next call. */
export function randomFor(seed: number, sequence: keyof typeof SEQUENCE, ...path: number[]) {
  faker.seed([seed, SEQUENCE[sequence], ...path]);
  return faker;
}

export function planCustomers(seed: number, count: number): CustomerPlan[] {
  return Array.from({ length: count }, (_, index) => {
    const random = randomFor(seed, "customer", index);
    const firstName = random.person.firstName();
    const lastName = random.person.lastName();
    const local = `${firstName}.${lastName}`.toLowerCase().replace(/[^a-z.]/g, "");
    const provider = random.helpers.arrayElement(["example.com", "example.net", "example.org"]);
    // Seed and index make it unique: a customer is found again by the email alone.
    return { firstName, lastName, email: `${local}.${seed}.${index + 1}@${provider}` };
  });
}

/** Draws until the name is new; names that came before never change, however many follow. */
function drawNew(taken: Set<string>, draw: () => string): string {
  for (let attempt = 0; attempt < 50; attempt += 1) {
    const name = draw();
    if (taken.has(name)) continue;
    taken.add(name);
    return name;
  }
  const name = `${draw()} ${taken.size + 1}`;
  taken.add(name);
  return name;
}

export function planVendors(seed: number, count: number): VendorPlan[] {
  const taken = new Set<string>();
  return Array.from({ length: count }, (_, index) => {
    const random = randomFor(seed, "vendor", index);
    const vendorName = drawNew(taken, () => random.company.name());
    return { vendorName, region: random.location.countryCode() };
  });
}

const CATEGORIES = 6;

/** Enough for years of shopping by thousands: nobody is turned away. */
const STOCK = 10_000_000;

export function planItems(seed: number, vendorIndex: number, count: number): ItemPlan[] {
  const taken = new Set<string>();
  return Array.from({ length: count }, (_, index) => {
    const random = randomFor(seed, "item", vendorIndex, index);
    const itemName = drawNew(taken, () => random.commerce.productName());
    const cents = random.number.int({ min: 10_00, max: 500_00 });
    return {
      itemName,
      category: ((vendorIndex + index) % CATEGORIES) + 1,
      price: formatCents(BigInt(cents)),
      stock: STOCK,
    };
  });
}
