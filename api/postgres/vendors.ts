import { z } from "zod";
import { toPage, type Page } from "../values/cursor.ts";
import { containsPattern } from "../values/like.ts";
import { many, maybeOne, one, sql, utc, type Queryable } from "./pool.ts";

const vendorRow = z.object({
  id: z.int(),
  vendorName: z.string(),
  region: z.string(),
  joinedAt: z.string(),
  updatedAt: z.string(),
});

export type Vendor = z.infer<typeof vendorRow>;

const columns = sql`id, vendor_name as "vendorName", region,
  ${utc("joined_at")} as "joinedAt", ${utc("updated_at")} as "updatedAt"`;

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

export function findVendor(database: Queryable, id: number): Promise<Vendor | null> {
  return maybeOne(database, vendorRow, sql`select ${columns} from vendor where id = ${id}`);
}

export interface VendorSearch {
  vendorName?: string | undefined;
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
  const rows = await many(
    database,
    vendorRow,
    sql`select ${columns} from vendor where ${sql.join(conditions, sql` and `)}
        order by id limit ${search.limit + 1}`,
  );
  return toPage(rows, search.limit, (row) => String(row.id));
}
