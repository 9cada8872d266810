import type { DynamoDbConnection } from "../settings.ts";
import { readPublished } from "../../runner/command/query.ts";
import { counted } from "../../runner/core/counted.ts";
import { printTable } from "../../runner/record/print-table.ts";
import { dynamoDbTotals, type SalesTotals } from "./dynamodb-totals.ts";

const SHOWN_SALES = 10;

/** The whole star joined, one row for each line sold. */
const JOINED_REPORT = `
select
    inventory.item_name,
    customer.first_name,
    customer.last_name,
    vendor.vendor_name,
    category.category_name,
    date.year,
    date.month,
    date.day,
    sales.qty,
    sales.total_price,
    count(*) over () as all_lines
from gold.sales as sales
left join gold.inventory as inventory on inventory.item_id = sales.item_id
left join gold.customer as customer on customer.customer_id = sales.customer_id
left join gold.vendor as vendor on vendor.vendor_id = sales.vendor_id
left join gold.category as category on category.category_id = sales.category_id
left join gold.date as date on date.date_id = sales.date_id
order by sales.sold_at desc, sales.transaction_id, sales.line_number
limit ${SHOWN_SALES}`;

const GOLD_TOTALS = `
select
    count(distinct transaction_id) as transactions,
    count(*) as lines,
    coalesce(cast(sum(qty) as bigint), 0) as units,
    coalesce(cast(sum(total_price) as decimal(18, 2)), 0) as total_price
from gold.sales`;

interface Published {
  readonly project: string;
  readonly target: string;
}

export async function printJoinedReport(published: Published): Promise<void> {
  const { columns, rows } = await readPublished(JOINED_REPORT, published);
  const shown = columns.filter(({ name }) => name !== "all_lines");
  const all = Number(rows[0]?.["all_lines"] ?? 0);
  const which =
    all > rows.length ? `The ${rows.length} latest of ${all} lines.` : counted(all, "line");
  process.stdout.write(
    `\nThe latest sales, joined over the whole star:\n${printTable({ columns: shown, rows })}\n${which}\n`,
  );
}

/** Prints what DynamoDB and `gold.sales` say was sold, side by side; returns whether they agree to the cent. */
export async function printReconciliation(
  published: Published,
  connection: DynamoDbConnection,
): Promise<boolean> {
  const [source, { rows }] = await Promise.all([
    dynamoDbTotals(connection),
    readPublished(GOLD_TOTALS, published),
  ]);
  const row = rows[0] ?? {};
  const gold: SalesTotals = {
    transactions: Number(row["transactions"]),
    lines: Number(row["lines"]),
    units: Number(row["units"]),
    totalPrice: String(row["total_price"]),
  };
  const measures = [
    ["transactions", source.transactions, gold.transactions],
    ["lines", source.lines, gold.lines],
    ["units", source.units, gold.units],
    ["total price", source.totalPrice, gold.totalPrice],
  ] as const;
  const table = printTable({
    columns: [
      { name: "", type: "VARCHAR" },
      { name: "DynamoDB", type: "DECIMAL" },
      { name: "gold.sales", type: "DECIMAL" },
      { name: "equal", type: "VARCHAR" },
    ],
    rows: measures.map(([measure, inSource, inGold]) => ({
      "": measure,
      DynamoDB: inSource,
      "gold.sales": inGold,
      equal: inSource === inGold ? "yes" : "NO",
    })),
  });
  process.stdout.write(`\nWhat was sold, in DynamoDB and in the warehouse:\n${table}\n`);
  return measures.every(([, inSource, inGold]) => inSource === inGold);
}
