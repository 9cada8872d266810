import type { Item } from "../../../api/dynamodb/attributes.ts";
import { writeTransaction } from "../../../api/dynamodb/transactions.ts";
import { migrate } from "../../../api/migrate.ts";
import type { Services } from "../../../local/services.ts";
import type { ShopDatabases } from "./databases.ts";
import type { TestProject } from "./project.ts";
import type { OpenedTarget } from "./targets.ts";

/** Lately, since an increment of DynamoDB asks for every day that has gone by. */
const firstDay = daysAgo(3);
const secondDay = daysAgo(2);

/** YYYY-MM-DD, UTC. */
function daysAgo(days: number): string {
  return new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10);
}

/** Gives the databases the shop's own tables. */
export async function migrateShop(databases: ShopDatabases, services: Services): Promise<void> {
  const { postgresUrl, tableName } = databases;
  await migrate({ postgresUrl, dynamodb: services.dynamodb, tableName });
}

/** A statement that sets `updated_at` itself, which the shop's triggers would otherwise do. */
function asWritten(statements: string): string {
  return `set session_replication_role = replica; ${statements}; set session_replication_role = origin`;
}

interface Line {
  readonly item: number;
  readonly quantity: number;
  readonly unitPrice: string;
  readonly totalPrice: string;
  /** Of a refund's line. */
  readonly takesBack?: { readonly transaction: number; readonly line: number };
}

function idOf(number: number): string {
  return `00000000-0000-4000-8000-${String(number).padStart(12, "0")}`;
}

function transaction(number: number, customer: number, createdAt: string, lines: readonly Line[]) {
  const cents = lines.reduce((sum, line) => sum + BigInt(line.totalPrice.replace(".", "")), 0n);
  const text = String(cents).padStart(3, "0");
  const takesBack = lines[0]?.takesBack;
  return writeTransaction({
    transactionId: idOf(number),
    kind: takesBack === undefined ? "sale" : "refund",
    refersTo: takesBack === undefined ? null : idOf(takesBack.transaction),
    userId: customer,
    createdAt,
    totalPrice: `${text.slice(0, -2)}.${text.slice(-2)}`,
    lines: lines.map((line, index) => ({
      lineNumber: index + 1,
      itemId: line.item,
      itemName: `Item ${line.item}`,
      vendorId: 1,
      category: 1 + (line.item % 3),
      quantity: line.quantity,
      unitPrice: line.unitPrice,
      totalPrice: line.totalPrice,
      ...(line.takesBack === undefined ? {} : { refersToLine: line.takesBack.line }),
    })),
  });
}

/** As the shop wrote it before there were refunds. */
function withoutKind(item: Item): Item {
  const old = { ...item };
  delete old.kind;
  return old;
}

/** Sales of two customers, one of whom is not known yet, of an item that is not known yet either. */
export async function shopFirstDay(databases: ShopDatabases): Promise<void> {
  await databases.postgres.query(
    asWritten(`
    insert into vendor (id, vendor_name, region, joined_at, updated_at) values
      (1, 'North Co', 'PH', '${firstDay}T08:00:00Z', '${firstDay}T08:00:00Z');
    insert into customer (id, first_name, last_name, email, joined_at, updated_at) values
      (1, 'Ada', 'Reyes', 'ada@example.com', '${firstDay}T09:00:00Z', '${firstDay}T09:00:00.000001Z');
    insert into inventory (id, item_name, category, price, stock, vendor_id, updated_at) values
      (1, 'Item 1', 2, 10.10, 5, 1, '${firstDay}T09:00:00Z'), (2, 'Item 2', 3, 0.07, 9, 1, '${firstDay}T09:00:00Z')`),
  );
  await databases.putItems([
    transaction(1, 1, `${firstDay}T23:59:59.999Z`, [
      { item: 1, quantity: 3, unitPrice: "10.10", totalPrice: "30.30" },
      { item: 2, quantity: 10000, unitPrice: "0.07", totalPrice: "700.00" },
    ]),
    withoutKind(
      transaction(2, 2, `${firstDay}T12:00:00.000Z`, [
        { item: 3, quantity: 1, unitPrice: "99999999.99", totalPrice: "99999999.99" },
      ]),
    ),
  ]);
}

/** The late customer and item, a renamed vendor, another price, a sale that was written late, and a refund. */
export async function shopSecondDay(databases: ShopDatabases): Promise<void> {
  await databases.postgres.query(
    asWritten(`
    insert into customer (id, first_name, last_name, email, joined_at, updated_at) values
      (2, 'Ben', 'Cruz', 'ben@example.com', '${firstDay}T11:00:00Z', '${secondDay}T09:00:00Z');
    insert into inventory (id, item_name, category, price, stock, vendor_id, updated_at) values
      (3, 'Item 3', 1, 99999999.99, 1, 1, '${secondDay}T09:00:00Z');
    update inventory set price = 11.00, updated_at = '${secondDay}T10:00:00Z' where id = 1;
    update vendor set vendor_name = 'North', updated_at = '${secondDay}T10:00:00Z' where id = 1`),
  );
  await databases.putItems([
    transaction(3, 1, `${firstDay}T23:30:00.000Z`, [
      { item: 2, quantity: 2, unitPrice: "0.07", totalPrice: "0.14" },
    ]),
    transaction(4, 2, `${secondDay}T12:00:00.000Z`, [
      { item: 1, quantity: 1, unitPrice: "11.00", totalPrice: "11.00" },
    ]),
    transaction(5, 1, `${secondDay}T13:00:00.000Z`, [
      {
        ...{ item: 2, quantity: -4000, unitPrice: "0.07", totalPrice: "-280.00" },
        takesBack: { transaction: 1, line: 2 },
      },
    ]),
  ]);
}

/** Everything of both days once more, as a retry would write it, in another order. */
export async function shopAgain(databases: ShopDatabases): Promise<void> {
  await databases.postgres.query(
    asWritten(`
    create temporary table again as select * from customer order by id desc;
    delete from customer;
    insert into customer select * from again;
    drop table again`),
  );
  await databases.putItems([
    transaction(4, 2, `${secondDay}T12:00:00.000Z`, [
      { item: 1, quantity: 1, unitPrice: "11.00", totalPrice: "11.00" },
    ]),
    transaction(3, 1, `${firstDay}T23:30:00.000Z`, [
      { item: 2, quantity: 2, unitPrice: "0.07", totalPrice: "0.14" },
    ]),
  ]);
}

/** This repository's own project, after two days that were shopped and built one after the other. */
export async function buildShopDays(
  databases: ShopDatabases,
  services: Services,
  opened: OpenedTarget,
): Promise<TestProject> {
  await migrateShop(databases, services);
  const project = await opened.newProjectOfRepository(databases);
  for (const shop of [shopFirstDay, shopSecondDay]) {
    await shop(databases);
    await project.ok("build");
  }
  return project;
}
