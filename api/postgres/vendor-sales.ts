import { z } from "zod";
import { toPage, type Page } from "../values/cursor.ts";
import { centsFromStorage, formatCents, multiplyCents } from "../values/money.ts";
import { customerMatches } from "./customers.ts";
import { many, sql, type Queryable } from "./pool.ts";

export const buyerRow = z.object({
  id: z.int(),
  firstName: z.string(),
  lastName: z.string(),
  email: z.string(),
});

/** All that a vendor is told of a customer who bought from it. */
export type Buyer = z.infer<typeof buyerRow>;

const buyerColumns = sql`customer.id, customer.first_name as "firstName",
  customer.last_name as "lastName", customer.email`;

export interface BuyerSearch {
  vendorId: number;
  /** Part of the name or of the email. */
  query?: string | undefined;
  limit: number;
  cursor?: number | undefined;
}

/** Customers with a purchase from this vendor that happened; archived ones too, for their orders are still there. */
export async function searchBuyers(database: Queryable, search: BuyerSearch): Promise<Page<Buyer>> {
  const conditions = [sql`customer.id > ${search.cursor ?? 0}`];
  if (search.query !== undefined) conditions.push(customerMatches(search.query));
  const rows = await many(
    database,
    buyerRow,
    sql`select ${buyerColumns} from customer
        where ${sql.join(conditions, sql` and `)} and exists (
          select from stock_reservation_line as line
          join stock_reservation as sale on sale.reservation_id = line.reservation_id
          where line.vendor_id = ${search.vendorId} and sale.customer_id = customer.id
            and sale.state = 'confirmed')
        order by customer.id limit ${search.limit + 1}`,
  );
  return toPage(rows, search.limit, (row) => String(row.id));
}

const saleRow = z.object({
  transactionId: z.string(),
  lineNumber: z.int(),
  soldAt: z.string(),
  itemId: z.int(),
  itemName: z.string(),
  category: z.int(),
  quantity: z.int(),
  unitPrice: z.string(),
  refundedQuantity: z.int(),
  customer: buyerRow,
});

export const soldLine = saleRow.extend({ totalPrice: z.string(), refundedTotal: z.string() });

/** One sold line. Of its `quantity`, `refundedQuantity` units came back; both totals are decimal strings. */
export type VendorSale = z.infer<typeof soldLine>;

export interface SalePosition {
  soldAt: string;
  transactionId: string;
  lineNumber: number;
}

export interface SalesOfVendor {
  vendorId: number;
  limit: number;
  /** The last line of the page before. */
  cursor?: SalePosition | undefined;
}

/** What was bought of this vendor, newest first. */
export async function findSales(
  database: Queryable,
  { vendorId, limit, cursor }: SalesOfVendor,
): Promise<Page<VendorSale>> {
  const older =
    cursor === undefined
      ? sql`true`
      : sql`(line.checked_out_at, line.reservation_id, line.line_number)
          < (${cursor.soldAt}::timestamptz, ${cursor.transactionId}::uuid, ${cursor.lineNumber}::integer)`;
  const rows = await many(
    database,
    saleRow,
    sql`select line.reservation_id as "transactionId", line.line_number as "lineNumber",
          to_char(line.checked_out_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as "soldAt",
          line.item_id as "itemId", line.item_name as "itemName", line.category, line.quantity,
          line.unit_price as "unitPrice", line.refunded as "refundedQuantity",
          (select row_to_json(buyer) from (select ${buyerColumns}) as buyer) as customer
        from stock_reservation_line as line
        join stock_reservation as sale on sale.reservation_id = line.reservation_id
        join customer on customer.id = sale.customer_id
        where line.vendor_id = ${vendorId} and sale.state = 'confirmed' and ${older}
        order by line.checked_out_at desc, line.reservation_id desc, line.line_number desc
        limit ${limit + 1}`,
  );
  const sales = rows.map((row) => ({
    ...row,
    totalPrice: totalOf(row.unitPrice, row.quantity),
    refundedTotal: totalOf(row.unitPrice, row.refundedQuantity),
  }));
  return toPage(sales, limit, (row) => `${row.soldAt}#${row.transactionId}#${row.lineNumber}`);
}

function totalOf(unitPrice: string, quantity: number): string {
  return formatCents(multiplyCents(centsFromStorage(unitPrice), quantity));
}
