import pg from "pg";
import { planCustomers, planItems, planVendors } from "../../seeds/shoppers/people.ts";

export interface CatalogSize {
  readonly items: number;
  readonly customers: number;
}

const SEED = 5;
const ITEMS_PER_VENDOR = 100;
/** Of each item, where the service knows a stock. */
export const STOCK = 10_000_000;

export interface Catalog {
  readonly customers: ReturnType<typeof planCustomers>;
  readonly vendors: ReturnType<typeof planVendors>;
  /** Ids count from 1, as both services give them. Prices are whole. */
  readonly items: readonly {
    readonly id: number;
    readonly itemName: string;
    readonly category: number;
    readonly price: number;
    readonly vendorId: number;
  }[];
  /** Words that stand in items' names, to be searched for. */
  readonly words: readonly string[];
}

/** The same shop for every service that is measured. */
export function planCatalog({ items, customers }: CatalogSize): Catalog {
  const vendors = planVendors(SEED, Math.ceil(items / ITEMS_PER_VENDOR));
  const listed = vendors
    .flatMap((_, index) =>
      planItems(SEED, index, ITEMS_PER_VENDOR).map(({ itemName, category, price }) => ({
        ...{ itemName, category, vendorId: index + 1 },
        price: Math.round(Number(price)),
      })),
    )
    .slice(0, items)
    .map((item, index) => ({ id: index + 1, ...item }));
  const words = [...new Set(listed.flatMap(({ itemName }) => itemName.split(" ").slice(0, 3)))];
  return { customers: planCustomers(SEED, customers), vendors, items: listed, words };
}

/** Columns of a table that both services have. */
type Rows = Readonly<Record<string, readonly (string | number)[]>>;

function tablesOf({ customers, vendors, items }: Catalog): Readonly<Record<string, Rows>> {
  return {
    customer: {
      first_name: customers.map((one) => one.firstName),
      last_name: customers.map((one) => one.lastName),
      email: customers.map((one) => one.email),
    },
    vendor: {
      vendor_name: vendors.map((one) => one.vendorName),
      region: vendors.map((one) => one.region),
    },
    inventory: {
      item_name: items.map((one) => one.itemName),
      category: items.map((one) => String(one.category)),
      price: items.map((one) => one.price),
      vendor_id: items.map((one) => one.vendorId),
    },
  };
}

/** Fills the empty tables of either service, which has its own types for some of them. */
export async function fillCatalog(
  url: string,
  catalog: Catalog,
  { withStock }: { readonly withStock: boolean },
): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    for (const [table, columns] of Object.entries(tablesOf(catalog))) {
      const names = Object.keys(columns);
      const casts = await typesOf(client, table);
      const more = {
        ...(table === "inventory" ? {} : { joined_at: "now()" }),
        ...(table === "inventory" && withStock ? { stock: String(STOCK) } : {}),
      };
      await client.query(
        `insert into ${table} (${[...names, ...Object.keys(more)].join(", ")})
         select ${[...names.map((name) => `${name}::${casts.get(name) ?? "text"}`), ...Object.values(more)].join(", ")}
         from unnest(${names.map((_, index) => `$${index + 1}::text[]`).join(", ")})
           with ordinality as given (${names.join(", ")}, position)
         order by position`,
        Object.values(columns),
      );
    }
    await client.query("vacuum analyze");
  } finally {
    await client.end();
  }
}

async function typesOf(client: pg.Client, table: string): Promise<ReadonlyMap<string, string>> {
  const { rows } = await client.query<{ name: string; type: string }>(
    `select attname as name, format_type(atttypid, atttypmod) as type from pg_attribute
     where attrelid = $1::regclass and attnum > 0`,
    [table],
  );
  return new Map(rows.map(({ name, type }) => [name, type]));
}

/** Creates a database beside the one of `url`; returns its URL. */
export async function createDatabase(url: string, name: string): Promise<string> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(`create database ${name}`);
  await client.end();
  const created = new URL(url);
  created.pathname = `/${name}`;
  return created.href;
}
