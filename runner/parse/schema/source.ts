import { z } from "zod";
import { parseExplode, parseItemPath } from "../../core/item-path.ts";
import {
  columnClass,
  description,
  durationSeconds,
  identifier,
  key,
  owner,
  share,
  sourceColumnType,
  tags,
} from "./common.ts";
import { columnTestList, tableTestList } from "./tests.ts";

const extraction = {
  extract: z.enum(["full", "incremental"]).default("full"),
  cursor: identifier.optional(),
  lookback: durationSeconds.optional(),
};

/** How the raw zone keeps a table. */
const rawSettings = {
  control_totals: z.array(identifier).min(1).optional(),
  totals_of: z.enum(["extract", "table"]).optional(),
  deletes: z.union([z.literal("detect"), z.strictObject({ column: identifier })]).optional(),
  partition_by: identifier.optional(),
};

const tableBase = {
  name: identifier,
  description,
  tags,
  owner,
  key,
  ...extraction,
  ...rawSettings,
  on_schema_change: z
    .enum(["evolve", "freeze", "ignore"])
    .optional()
    .describe("what becomes of undeclared columns and wider types; default ignore"),
  freshness: z
    .strictObject({
      warn_after: durationSeconds.optional(),
      error_after: durationSeconds.optional(),
      loaded_at: identifier.optional().describe("the timestamp to look at; default the cursor"),
    })
    .optional()
    .describe("how old the newest row in the source may be, for runner source freshness"),
  rejects: share
    .optional()
    .describe(
      "the part of an extraction's rows that may go to the quarantine raw.<table>__rejected, such as 0.1%",
    ),
  tests: tableTestList,
};

const columnBase = {
  name: identifier,
  type: sourceColumnType,
  nullable: z.boolean().default(true),
  description,
  class: columnClass,
  tests: columnTestList,
};

const sourceBase = { source: identifier, description, tags, owner, connection: identifier };

const postgresSource = z.strictObject({
  ...sourceBase,
  connector: z.literal("postgres"),
  schema: z.string().min(1).default("public"),
  tables: z
    .array(z.strictObject({ ...tableBase, columns: z.array(z.strictObject(columnBase)).min(1) }))
    .min(1),
});

const explode = z
  .string()
  .refine(
    (text) => parseExplode(text) !== undefined,
    "must be a path to a list, such as cart, order.lines or cart[].discounts",
  );
const from = z
  .string()
  .refine(
    (text) => parseItemPath(text) !== undefined,
    "must be a path to a value, such as user_id, item.address.city or phones[0].number",
  );

/** A table of rows that are made of DynamoDB's items. */
const itemTable = {
  ...tableBase,
  sort_key_prefix: z.string(),
  explode: explode.optional(),
  columns: z.array(z.strictObject({ ...columnBase, from: from.optional() })).min(1),
};

const itemSource = {
  dynamodb_table: z.string().min(1),
  /** The attribute that is its sort key; an export does not tell. */
  sort_key: z.string().min(1).optional(),
};

const dynamodbSource = z.strictObject({
  ...sourceBase,
  connector: z.literal("dynamodb"),
  ...itemSource,
  tables: z
    .array(
      z.strictObject({
        ...itemTable,
        date_index: z
          .strictObject({
            name: z.string().min(1),
            partition_key: z.string().min(1),
            sort_key: z.string().min(1),
            prefix: z.string(),
            shards: z.int().positive(),
          })
          .optional(),
      }),
    )
    .min(1),
});

const dynamodbExportSource = z.strictObject({
  ...sourceBase,
  connector: z.literal("dynamodb_export"),
  ...itemSource,
  tables: z.array(z.strictObject(itemTable)).min(1),
});

export const sourceSchema = z.discriminatedUnion("connector", [
  postgresSource,
  dynamodbSource,
  dynamodbExportSource,
]);
export type SourceFile = z.output<typeof sourceSchema>;
