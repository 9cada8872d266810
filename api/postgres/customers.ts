import { z } from "zod";
import { customerNotFound, ShopError } from "../errors.ts";
import { toPage, type Page } from "../values/cursor.ts";
import { containsPattern } from "../values/like.ts";
import { many, maybeOne, one, sql, utc, type Queryable } from "./pool.ts";
import {
  asExpected,
  assignments,
  refusedChange,
  refusingTaken,
  type Expectation,
} from "./refused-change.ts";

export const customerRow = z.object({
  id: z.int(),
  firstName: z.string(),
  lastName: z.string(),
  email: z.string(),
  joinedAt: z.string(),
  updatedAt: z.string(),
  archivedAt: z.string().nullable(),
});

/** `archivedAt` is null while the customer may buy; an email has one living customer. */
export type Customer = z.infer<typeof customerRow>;

const columns = sql`id, first_name as "firstName", last_name as "lastName", email,
  ${utc("joined_at")} as "joinedAt", ${utc("updated_at")} as "updatedAt",
  ${utc("archived_at")} as "archivedAt"`;

function emailTaken(email: string): ShopError {
  return new ShopError("EMAIL_TAKEN", `The email ${email} already has a customer.`, {
    hint: "Look the customer up with customer.byEmail, or use another email.",
  });
}

export interface NewCustomer {
  firstName: string;
  lastName: string;
  email: string;
  joinedAt: string;
}

export function createCustomer(database: Queryable, customer: NewCustomer): Promise<Customer> {
  const created = one(
    database,
    customerRow,
    sql`insert into customer (first_name, last_name, email, joined_at)
        values (${customer.firstName}, ${customer.lastName}, ${customer.email}, ${customer.joinedAt}::timestamptz)
        returning ${columns}`,
  );
  return refusingTaken(created, () => emailTaken(customer.email));
}

/** Also an archived one. Throws CUSTOMER_NOT_FOUND where there is none. */
export async function customerOf(database: Queryable, id: number): Promise<Customer> {
  const customer = await maybeOne(
    database,
    customerRow,
    sql`select ${columns} from customer where id = ${id}`,
  );
  if (customer === null) throw customerNotFound(id);
  return customer;
}

/** The living customer with this email. */
export function findCustomerByEmail(database: Queryable, email: string): Promise<Customer | null> {
  return maybeOne(
    database,
    customerRow,
    sql`select ${columns} from customer
        where lower(email) = lower(${email}) and archived_at is null`,
  );
}

export interface CustomerUpdate extends Expectation {
  firstName?: string | undefined;
  lastName?: string | undefined;
  email?: string | undefined;
}

export async function updateCustomer(
  database: Queryable,
  id: number,
  update: CustomerUpdate,
): Promise<Customer> {
  const { firstName, lastName, email } = update;
  const changes = assignments({ first_name: firstName, last_name: lastName, email });
  const updating = maybeOne(
    database,
    customerRow,
    sql`update customer set ${sql.join(changes, sql`, `)}
        where id = ${id} and ${asExpected(update)} returning ${columns}`,
  );
  const updated = await refusingTaken(updating, () => emailTaken(email ?? ""));
  if (updated === null) throw refusedChange("customer", await customerOf(database, id));
  return updated;
}

/** The customer can put and buy nothing more, and the email is free for another. Twice is once. */
export async function archiveCustomer(database: Queryable, id: number): Promise<Customer> {
  const archived = await maybeOne(
    database,
    customerRow,
    sql`update customer set archived_at = clock_timestamp()
        where id = ${id} and archived_at is null returning ${columns}`,
  );
  return archived ?? customerOf(database, id);
}

/** Throws EMAIL_TAKEN when somebody else has signed up with the email meanwhile. */
export async function restoreCustomer(database: Queryable, id: number): Promise<Customer> {
  const current = await customerOf(database, id);
  const restoring = maybeOne(
    database,
    customerRow,
    sql`update customer set archived_at = null
        where id = ${id} and archived_at is not null returning ${columns}`,
  );
  const restored = await refusingTaken(restoring, () => emailTaken(current.email));
  return restored ?? customerOf(database, id);
}

export interface CustomerSearch {
  /** Part of the name or of the email. */
  query?: string | undefined;
  name?: string | undefined;
  email?: string | undefined;
  includeArchived: boolean;
  limit: number;
  cursor?: number | undefined;
}

const fullName = sql`lower(first_name || ' ' || last_name)`;

export async function searchCustomers(
  database: Queryable,
  search: CustomerSearch,
): Promise<Page<Customer>> {
  const conditions = [sql`id > ${search.cursor ?? 0}`];
  if (search.query !== undefined) conditions.push(customerMatches(search.query));
  if (search.name !== undefined) {
    conditions.push(sql`${fullName} like lower(${containsPattern(search.name)})`);
  }
  if (search.email !== undefined) {
    conditions.push(sql`lower(email) like lower(${containsPattern(search.email)})`);
  }
  if (!search.includeArchived) conditions.push(sql`archived_at is null`);
  const rows = await many(
    database,
    customerRow,
    sql`select ${columns} from customer where ${sql.join(conditions, sql` and `)}
        order by id limit ${search.limit + 1}`,
  );
  return toPage(rows, search.limit, (row) => String(row.id));
}

/** The text stands somewhere in the customer's name or email. */
export function customerMatches(query: string) {
  const pattern = containsPattern(query);
  return sql`(${fullName} like lower(${pattern}) or lower(email) like lower(${pattern}))`;
}
