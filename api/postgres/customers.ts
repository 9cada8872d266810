import { isSQLError, SQLErrorCode } from "@databases/pg";
import { z } from "zod";
import { ShopError } from "../errors.ts";
import { toPage, type Page } from "../values/cursor.ts";
import { containsPattern } from "../values/like.ts";
import { many, maybeOne, one, sql, utc, type Queryable } from "./pool.ts";

const customerRow = z.object({
  id: z.int(),
  firstName: z.string(),
  lastName: z.string(),
  email: z.string(),
  joinedAt: z.string(),
  updatedAt: z.string(),
});

export type Customer = z.infer<typeof customerRow>;

const columns = sql`id, first_name as "firstName", last_name as "lastName", email,
  ${utc("joined_at")} as "joinedAt", ${utc("updated_at")} as "updatedAt"`;

export interface NewCustomer {
  firstName: string;
  lastName: string;
  email: string;
  joinedAt: string;
}

export async function createCustomer(
  database: Queryable,
  customer: NewCustomer,
): Promise<Customer> {
  try {
    return await one(
      database,
      customerRow,
      sql`insert into customer (first_name, last_name, email, joined_at)
          values (${customer.firstName}, ${customer.lastName}, ${customer.email}, ${customer.joinedAt}::timestamptz)
          returning ${columns}`,
    );
  } catch (error) {
    if (isSQLError(error) && error.code === SQLErrorCode.UNIQUE_VIOLATION) {
      throw new ShopError("EMAIL_TAKEN", `The email ${customer.email} already has a customer.`, {
        hint: "Look the customer up with customer.byEmail, or use another email.",
      });
    }
    throw error;
  }
}

export function findCustomer(database: Queryable, id: number): Promise<Customer | null> {
  return maybeOne(database, customerRow, sql`select ${columns} from customer where id = ${id}`);
}

export function findCustomerByEmail(database: Queryable, email: string): Promise<Customer | null> {
  return maybeOne(
    database,
    customerRow,
    sql`select ${columns} from customer where lower(email) = lower(${email})`,
  );
}

export interface CustomerSearch {
  name?: string | undefined;
  email?: string | undefined;
  limit: number;
  cursor?: number | undefined;
}

export async function searchCustomers(
  database: Queryable,
  search: CustomerSearch,
): Promise<Page<Customer>> {
  const conditions = [sql`id > ${search.cursor ?? 0}`];
  if (search.name !== undefined) {
    conditions.push(
      sql`lower(first_name || ' ' || last_name) like lower(${containsPattern(search.name)})`,
    );
  }
  if (search.email !== undefined) {
    conditions.push(sql`lower(email) like lower(${containsPattern(search.email)})`);
  }
  const rows = await many(
    database,
    customerRow,
    sql`select ${columns} from customer where ${sql.join(conditions, sql` and `)}
        order by id limit ${search.limit + 1}`,
  );
  return toPage(rows, search.limit, (row) => String(row.id));
}
