import { fileURLToPath } from "node:url";
import type { ShopClient } from "../../../api/client.ts";
import { developmentSecret } from "../../../api/roles/development-secret.ts";
import { signToken, type TokenOptions } from "../../../api/roles/sign-token.ts";
import { readSettings } from "../../../api/settings.ts";
import { planCustomers, planItems, planVendors } from "../../../seeds/shoppers/people.ts";
import type { Person } from "./storefront.ts";

const SEED = 7;

/** What the service of the same environment signs and verifies with; null where an identity provider does. */
export async function signingOptions(): Promise<TokenOptions | null> {
  const { authentication } = readSettings(process.env);
  if (authentication?.kind === "jwks") return null;
  if (authentication !== undefined) return authentication;
  const home =
    process.env.MERCADO_HOME || fileURLToPath(new URL("../../../.mercado", import.meta.url));
  return { secret: await developmentSecret(home) };
}

/** Some of the shop's customers, each with a token. */
export async function peopleOf(admin: ShopClient, signing: TokenOptions): Promise<Person[]> {
  const { items } = await admin.customer.search.query({ limit: 6 });
  return Promise.all(
    items.map(async ({ id, firstName, lastName }) => ({
      name: `${firstName} ${lastName}`,
      token: await signToken({ role: "customer", customerId: id }, signing),
    })),
  );
}

/** Gives an empty shop something to sell, and somebody to sell it to. Returns how many items it listed. */
export async function furnish(admin: ShopClient): Promise<number> {
  const [customers, items] = await Promise.all([
    admin.customer.search.query({ limit: 1 }),
    admin.inventory.search.query({ limit: 1 }),
  ]);
  if (customers.items.length === 0) {
    for (const customer of planCustomers(SEED, 3)) await admin.customer.create.mutate(customer);
  }
  if (items.items.length > 0) return 0;
  let listed = 0;
  for (const [index, plan] of planVendors(SEED, 4).entries()) {
    const vendor = await admin.vendor.create.mutate(plan);
    for (const item of planItems(SEED, index, 8)) {
      // A few are nearly gone and one is, so that the page has that to show.
      const stock = [100, 12, 3, 40, 0, 250, 25, 8][listed % 8] ?? 10;
      await admin.inventory.create.mutate({ vendorId: vendor.id, ...item, stock });
      listed += 1;
    }
  }
  return listed;
}
