import type { Access, Role } from "../../core/access.ts";
import { parseColumnType } from "../../core/column-type.ts";
import type { RelationName } from "../../core/relation.ts";
import type { ClassedRelation } from "../relations.ts";

const place = { file: "pipelines.yaml", line: 1, column: 1 };
const limits = { seconds: 60, memoryBytes: 1_000_000_000, rows: 1_000_000 };

function roleOf(name: string, role: Partial<Role>): Role {
  return {
    name,
    description: name,
    zones: {},
    clear: [],
    rows: {},
    members: [],
    limits,
    place,
    ...role,
  };
}

function classed(relation: RelationName, columns: string): ClassedRelation {
  return {
    relation,
    columns: columns.split(", ").map((text) => {
      const [, name = "", type = "", classes = ""] = /^(\w+) (\S+)(?: (.*))?$/.exec(text) ?? [];
      const parsed = parseColumnType(type);
      if (parsed === undefined) throw new Error(`${type} is no type`);
      return { name, type: parsed, classes: classes.split(" ").filter((each) => each !== "") };
    }),
  };
}

/** A shop in small: three people's roles, vendors that see their own rows, every kind of mask. */
export const shopAccess: Access = {
  classes: [
    { name: "pii.name", description: "name", mask: { kind: "hide" }, place },
    { name: "pii.email", description: "address", mask: { kind: "hash" }, place },
    {
      name: "pii.phone",
      description: "number",
      mask: { kind: "expression", sql: "left({{column}}, 2) || '…'" },
      place,
    },
  ],
  maskKey: "it's a \\ key",
  roles: [
    roleOf("engineer", {
      zones: { raw: "write", cleaned: "write", work: "write", gold: "write" },
      clear: ["*"],
      members: [{ user: "*", attributes: {} }],
    }),
    roleOf("scientist", {
      zones: { cleaned: "read", work: "write", gold: "read" },
      clear: ["pii.phone"],
      members: [{ user: "IAM:sam", attributes: {} }],
    }),
    roleOf("analyst", { zones: { gold: "read" } }),
    roleOf("vendor", {
      zones: { gold: "read" },
      relations: ["gold.sales", "gold.date"],
      rows: { "gold.sales": "vendor_id = {{user.vendor_id}} or label = 'vendor_id'" },
      members: [
        { user: "vendor_1", attributes: { vendor_id: 1 } },
        { user: "vendor_2", attributes: { vendor_id: 2 } },
      ],
    }),
  ],
};

export const shopRelations: readonly ClassedRelation[] = [
  classed(
    "raw.customer",
    "customer_id integer, name varchar(50) pii.name, email varchar(100) pii.email",
  ),
  classed(
    "cleaned.customer",
    "customer_id integer pii.email, email varchar(100) pii.email, phone varchar(20) pii.phone",
  ),
  classed("work.note", "note_id integer, text varchar(200)"),
  classed(
    "gold.customer",
    "customer_id integer, name varchar(50) pii.name, email varchar(40) pii.email, phone varchar(20) pii.phone, joined timestamp pii.name",
  ),
  classed(
    "gold.sales",
    "sale_id integer, vendor_id integer, label varchar(20), customer_email varchar(100) pii.email",
  ),
  classed("gold.date", "date_id integer"),
];
