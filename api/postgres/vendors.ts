import { z } from "zod";
import { vendorNotFound } from "../errors.ts";
import { toPage, type Page } from "../values/cursor.ts";
import { containsPattern } from "../values/like.ts";
import { many, maybeOne, one, sql, utc, type Queryable } from "./pool.ts";
import { asExpected, assignments, refusedChange, type Expectation } from "./refused-change.ts";

export const vendorRow = z.object({
  id: z.int(),
  vendorName: z.string(),
  region: z.string(),
  joinedAt: z.string(),
  updatedAt: z.string(),
  archivedAt: z.string().nullable(),
});

/** `archivedAt` is null while the vendor sells. */
export type Vendor = z.infer<typeof vendorRow>;

const columns = sql`id, vendor_name as "vendorName", region, ${utc("joined_at")} as "joinedAt",
  ${utc("updated_at")} as "updatedAt", ${utc("archived_at")} as "archivedAt"`;

export interface NewVendor {
  vendorName: string;
  region: string;
  joinedAt: string;
}

export function createVendor(database: Queryable, vendor: NewVendor): Promise<Vendor> {
  return one(
    database,
    vendorRow,
    sql`insert into vendor (vendor_name, region, joined_at)
        values (${vendor.vendorName}, ${vendor.region}, ${vendor.joinedAt}::timestamptz)
        returning ${columns}`,
  );
}

/** Also an archived one. */
export function findVendor(database: Queryable, id: number): Promise<Vendor | null> {
  return maybeOne(database, vendorRow, sql`select ${columns} from vendor where id = ${id}`);
}

async function vendorOf(database: Queryable, id: number): Promise<Vendor> {
  const vendor = await findVendor(database, id);
  if (vendor === null) throw vendorNotFound(id);
  return vendor;
}

export interface VendorUpdate extends Expectation {
  vendorName?: string | undefined;
  region?: string | undefined;
}

export async function updateVendor(
  database: Queryable,
  id: number,
  update: VendorUpdate,
): Promise<Vendor> {
  const changes = assignments({ vendor_name: update.vendorName, region: update.region });
  const updated = await maybeOne(
    database,
    vendorRow,
    sql`update vendor set ${sql.join(changes, sql`, `)}
        where id = ${id} and ${asExpected(update)} returning ${columns}`,
  );
  if (updated === null) throw refusedChange("vendor", await vendorOf(database, id));
  return updated;
}

/** From this moment on nothing of the vendor can be put into a cart or bought. Twice is once. */
export async function archiveVendor(database: Queryable, id: number): Promise<Vendor> {
  const archived = await maybeOne(
    database,
    vendorRow,
    sql`update vendor set archived_at = clock_timestamp()
        where id = ${id} and archived_at is null returning ${columns}`,
  );
  return archived ?? vendorOf(database, id);
}

export async function restoreVendor(database: Queryable, id: number): Promise<Vendor> {
  const restored = await maybeOne(
    database,
    vendorRow,
    sql`update vendor set archived_at = null
        where id = ${id} and archived_at is not null returning ${columns}`,
  );
  return restored ?? vendorOf(database, id);
}

export interface VendorSearch {
  vendorName?: string | undefined;
  includeArchived: boolean;
  limit: number;
  cursor?: number | undefined;
}

export async function searchVendors(
  database: Queryable,
  search: VendorSearch,
): Promise<Page<Vendor>> {
  const conditions = [sql`id > ${search.cursor ?? 0}`];
  if (search.vendorName !== undefined) {
    conditions.push(sql`lower(vendor_name) like lower(${containsPattern(search.vendorName)})`);
  }
  if (!search.includeArchived) conditions.push(sql`archived_at is null`);
  const rows = await many(
    database,
    vendorRow,
    sql`select ${columns} from vendor where ${sql.join(conditions, sql` and `)}
        order by id limit ${search.limit + 1}`,
  );
  return toPage(rows, search.limit, (row) => String(row.id));
}
