import { z } from "zod";
import { isZone, parseRelationName, zones } from "../../core/relation.ts";
import type { RelationName, Zone } from "../../core/relation.ts";
import { parseSyntax } from "../template-syntax.ts";
import { className, description, durationSeconds, identifier } from "./common.ts";

const relation = z.string().transform((text, context): RelationName => {
  const name = parseRelationName(text);
  if (name !== undefined) return name;
  context.addIssue({ code: "custom", message: `"${text}" is no relation, such as gold.sales` });
  return z.NEVER;
});

const zone = z.string().transform((text, context): Zone => {
  if (isZone(text)) return text;
  context.addIssue({ code: "custom", message: `"${text}" is no zone; zones: ${zones.join(", ")}` });
  return z.NEVER;
});

/** `hide`, `hash`, or SQL in which `{{column}}` stands for the value. */
const mask = z
  .string()
  .trim()
  .min(1)
  .superRefine(checkTemplate(["column"]));

/** SQL in which `{{user.<attribute>}}` stands for a value of the member who asks. */
const rowFilter = z
  .string()
  .trim()
  .min(1)
  .superRefine(checkTemplate(["user"]));

const families = z.union([z.literal("*"), className]);

const member = z.union([
  z
    .string()
    .min(1)
    .transform((user) => ({ user })),
  z.object({ user: z.string().min(1) }).catchall(z.union([z.string(), z.int()])),
]);

const memory = z.string().transform((text, context) => {
  const [, digits, unit] = /^(\d+) ?(MB|GB)$/.exec(text) ?? [];
  if (digits !== undefined) return Number(digits) * (unit === "GB" ? 1_000_000_000 : 1_000_000);
  context.addIssue({ code: "custom", message: `"${text}" is no size; write one such as 500 MB` });
  return z.NEVER;
});

const limits = z
  .strictObject({
    time: durationSeconds.default(60),
    memory: memory.default(1_000_000_000),
    rows: z.int().min(1).default(1_000_000),
  })
  .default({ time: 60, memory: 1_000_000_000, rows: 1_000_000 })
  .describe("the most that one query of the role may take");

const role = z.strictObject({
  description,
  zones: z.record(zone, z.enum(["read", "write"])),
  relations: z
    .array(relation)
    .min(1)
    .optional()
    .describe("of its zones, these relations alone; default is all of them"),
  clear: z
    .array(families)
    .default([])
    .describe("classes seen unmasked; pii is every class pii.…, and * is every class"),
  rows: z
    .record(relation, rowFilter)
    .default({})
    .describe("the rows that are seen, such as gold.sales: vendor_id = {{user.vendor_id}}"),
  members: z.array(member).default([]).describe('who may take the role; "*" is anybody'),
  limits,
});

/** Who may see what. */
export const accessSchema = z.strictObject({
  classes: z
    .record(className, z.strictObject({ description, mask: mask.default("hide") }))
    .default({}),
  roles: z.record(identifier.max(40), role).default({}),
  mask_key: z
    .string()
    .default("")
    .describe("makes the hashes of masked values unguessable; name an environment variable"),
});
export type AccessYaml = z.output<typeof accessSchema>;

/** Reports what is no template, or names something else than one of `names`. */
function checkTemplate(names: readonly string[]) {
  return (text: string, context: z.core.$RefinementCtx<string>): void => {
    const { program, problem } = parseSyntax(text);
    if (problem !== undefined) {
      context.addIssue({ code: "custom", message: problem.message.replace(/\.$/, "") });
      return;
    }
    for (const statement of program.body) {
      if (statement.type === "ContentStatement" || namesOne(statement, names)) continue;
      const known = names.map((name) => (name === "user" ? "{{user.<attribute>}}" : `{{${name}}}`));
      context.addIssue({
        code: "custom",
        message: `may hold ${known.join(", ")} and nothing else`,
      });
    }
  };
}

function namesOne(statement: hbs.AST.Statement, names: readonly string[]): boolean {
  if (statement.type !== "MustacheStatement") return false;
  const { path, params } = statement as hbs.AST.MustacheStatement;
  if (params.length > 0 || path.type !== "PathExpression") return false;
  const { parts } = path as hbs.AST.PathExpression;
  const [first, ...rest] = parts;
  return names.includes(first ?? "") && rest.length === (first === "user" ? 1 : 0);
}
