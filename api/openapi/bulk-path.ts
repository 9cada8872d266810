import { z } from "zod";
import { itemLineSchema } from "../bulk/item-line.ts";
import { UPLOAD_PATH, UPLOAD_ROLES, uploadHeaders, uploadQuery } from "../bulk/request.ts";
import { schemaOf, type JsonSchema } from "./json-schema.ts";
import { rolesText, securityOf } from "./trpc-paths.ts";

const counts = {
  lines: z.int().describe("Rows of items; empty lines and the first line of CSV do not count."),
  rejected: z.int(),
  rejects: z
    .array(z.object({ line: z.int().describe("As an editor counts."), reason: z.string() }))
    .describe("The first thousand rejected lines, each with its number and reason."),
};

const uploaded = z.object({
  created: z.int(),
  updated: z.int(),
  unchanged: z.int(),
  ...counts,
});

/** An upload for the vendor 1, in each of its forms; both list the same. */
const UPLOAD_EXAMPLES: Readonly<Record<string, string>> = {
  "text/csv": "sku,item_name,category,price,stock\nLAMP-2,Floor lamp,1,49.90,20\n",
  "application/x-ndjson":
    '{"sku":"LAMP-2","item_name":"Floor lamp","category":1,"price":"49.90","stock":20}\n',
};

function parameters(place: "query" | "header", schema: JsonSchema): object[] {
  return Object.entries(schema.properties ?? {}).map(([name, property]) => ({
    name,
    in: place,
    required: false,
    schema: property,
  }));
}

const LINES = "fields of #/components/schemas/ItemLine";

function body(type: string, description: string): object {
  return { schema: { type: "string", description }, example: UPLOAD_EXAMPLES[type] };
}

/** A line of an upload. */
export const uploadSchemas = { ItemLine: schemaOf(itemLineSchema, "input") };

/** The path that takes no JSON and so is no procedure's. */
export function bulkPath(): Record<string, object> {
  const post = {
    operationId: `post ${UPLOAD_PATH}`,
    tags: ["REST"],
    summary: "List or, by their sku, change thousands of a vendor's items at once.",
    description: `The body is read as it arrives and applied in one transaction. With the same Idempotency-Key the first answer is given again. ${rolesText(UPLOAD_ROLES)}`,
    security: securityOf(UPLOAD_ROLES),
    parameters: [
      ...parameters("query", schemaOf(uploadQuery, "input")),
      ...parameters("header", schemaOf(uploadHeaders, "input")),
    ],
    requestBody: {
      required: true,
      content: {
        "text/csv": body("text/csv", `The first line names the columns: ${LINES}.`),
        "application/x-ndjson": body(
          "application/x-ndjson",
          `A JSON object a line, with ${LINES}.`,
        ),
      },
    },
    responses: {
      "201": {
        description: "Taken, but for the lines in rejects.",
        content: { "application/json": { schema: schemaOf(uploaded, "output") } },
      },
      "422": {
        description:
          "With all_or_nothing: some lines are not good, so none was taken. Details are as lines, rejected and rejects of 201.",
        content: { "application/json": { schema: { $ref: "#/components/schemas/Failure" } } },
      },
      default: { $ref: "#/components/responses/Failed" },
    },
  };
  return { [UPLOAD_PATH]: { post } };
}
