import { createHash } from "node:crypto";
import type { Access, Mask, Member, Role } from "../core/access.ts";
import { mayRead, rightIn } from "../core/access.ts";
import type {
  AccessFact,
  MaskingDefinition,
  RowDefinition,
  SchemaObject,
} from "../core/access-fact.ts";
import { wordsOfSql } from "../core/blank-out.ts";
import { printColumnType } from "../core/column-type.ts";
import { baseName, zoneOf, zones } from "../core/relation.ts";
import type { RelationName } from "../core/relation.ts";
import { maskedColumns, seesAllOf } from "./relations.ts";
import type { ClassedRelation } from "./relations.ts";

export interface WantedAccess {
  /** Begins the name of each role, policy and probe that is the runner's: `<project>_`. */
  readonly prefix: string;
  /** With its mask key filled in. */
  readonly access: Access;
  /** Those that the warehouse has. */
  readonly relations: readonly ClassedRelation[];
}

/** The name of a role in the warehouse. */
export function roleName(prefix: string, role: string): string {
  return prefix + role;
}

/** The user as whom the runner tries a role out. */
export function probeName(prefix: string, role: string): string {
  return `${prefix}probe_${role}`;
}

/** Everything that the warehouse shall say of who may see what. */
export function wantedFacts(wanted: WantedAccess): readonly AccessFact[] {
  const { access, relations } = wanted;
  const facts = access.roles.flatMap((role) => [
    ...identities(role, wanted),
    ...rights(role, wanted),
  ]);
  const hasAttributes = facts.some(({ kind }) => kind === "attribute");
  const filtered = relations.filter(({ relation }) =>
    access.roles.some((role) => role.rows[relation] !== undefined && mayRead(role, relation)),
  );
  return unique([
    ...(hasAttributes ? [{ kind: "attributes" } as const] : []),
    ...facts,
    ...filtered.flatMap((relation) => rowFacts(relation, wanted)),
    ...relations.flatMap((relation) => maskFacts(relation, wanted)),
  ]);
}

function unique(facts: readonly AccessFact[]): readonly AccessFact[] {
  return [...new Map(facts.map((fact) => [JSON.stringify(fact), fact])).values()];
}

/** `*` names nobody: whoever shall have such a role is granted it by the account's owner, or comes with its tag. */
function identities(role: Role, { prefix }: WantedAccess): readonly AccessFact[] {
  const name = roleName(prefix, role.name);
  const probe = probeName(prefix, role.name);
  const named = role.members.filter(({ user }) => user !== "*");
  const attributesOf = (user: string, { attributes }: Member): readonly AccessFact[] =>
    Object.entries(attributes).map(([attribute, value]) => ({
      ...{ kind: "attribute", role: name, user, attribute, value },
    }));
  const [example] = role.members;
  return [
    { kind: "role", role: name },
    { kind: "probe", role: name, user: probe },
    { kind: "member", role: name, user: probe },
    ...(example === undefined ? [] : attributesOf(probe, example)),
    ...named.flatMap((member): readonly AccessFact[] => [
      { kind: "user", user: member.user },
      { kind: "member", role: name, user: member.user },
      ...attributesOf(member.user, member),
    ]),
  ];
}

function rights(role: Role, { prefix, relations }: WantedAccess): readonly AccessFact[] {
  const name = roleName(prefix, role.name);
  return zones.flatMap((zone): readonly AccessFact[] => {
    const right = rightIn(role, zone);
    if (right === undefined) return [];
    const own = { role: name, schema: zone };
    return [
      { kind: "schema", ...own, right: "usage" },
      // What a user makes there is the user's; what the project makes is the runner's, and nobody else's to change.
      ...(right === "write" ? [{ kind: "schema", ...own, right: "create" } as const] : []),
      ...(seesAllOf(role, zone)
        ? [{ kind: "scope", ...own, right: "select" } as const]
        : relations
            .filter(({ relation }) => zoneOf(relation) === zone && mayRead(role, relation))
            .map(({ relation }) => {
              const on = objectOf(relation);
              return { kind: "relation", role: name, on, right: "select" } as const;
            })),
    ];
  });
}

/**
 * A relation with row security shows nothing to a role without a policy, so that those which no filter concerns get one
 * that lets every row through.
 */
function rowFacts(
  { relation, columns }: ClassedRelation,
  { prefix, access }: WantedAccess,
): readonly AccessFact[] {
  const on = objectOf(relation);
  const readers = access.roles.filter((role) => mayRead(role, relation));
  return [
    { kind: "filtered", on },
    ...readers.flatMap((role): readonly AccessFact[] => {
      const definition = rowDefinition(role, { relation, columns }, prefix);
      const text = JSON.stringify(definition);
      const policy =
        role.rows[relation] === undefined
          ? `${prefix}all_rows`
          : `${prefix}rows_${role.name}_${shortHash(text)}`;
      return [
        { kind: "row_policy", name: policy, definition },
        { kind: "rows", role: roleName(prefix, role.name), on, policy },
      ];
    }),
  ];
}

function rowDefinition(
  { name, members, rows }: Role,
  { relation, columns }: ClassedRelation,
  prefix: string,
): RowDefinition {
  const filter = rows[relation];
  if (filter === undefined) return { role: "", filter: "true", columns: [], attributes: {} };
  const words = new Set(wordsOfSql(filter.replace(/\{\{.*?\}\}/g, " ")).match(/[a-z_]\w*/gi) ?? []);
  const asked = [...filter.matchAll(/\{\{\s*user\.([\w-]+)\s*\}\}/g)].map(([, each]) => each ?? "");
  const kept = (attribute: string) =>
    members.every(({ attributes }) => typeof attributes[attribute] === "number")
      ? "integer"
      : "text";
  return {
    role: roleName(prefix, name),
    filter,
    columns: columns
      .filter((column) => words.has(column.name))
      .map((column) => ({ name: column.name, type: column.type })),
    attributes: Object.fromEntries(
      [...new Set(asked)].sort().map((attribute) => [attribute, kept(attribute)] as const),
    ),
  };
}

function maskFacts(
  relation: ClassedRelation,
  { prefix, access }: WantedAccess,
): readonly AccessFact[] {
  const on = objectOf(relation.relation);
  return access.roles
    .filter((role) => mayRead(role, relation.relation))
    .flatMap((role) =>
      maskedColumns(role, relation, access).flatMap(({ column, mask }): readonly AccessFact[] => {
        const definition = { mask, type: column.type, maskKey: access.maskKey };
        const policy = maskingPolicyName(prefix, definition);
        const [name, priority] = [roleName(prefix, role.name), priorityOf(mask, access)];
        return [
          { kind: "masking_policy", name: policy, definition },
          { kind: "mask", role: name, on, column: column.name, policy, priority },
        ];
      }),
    );
}

/** Its name tells what a policy does, so that another mask or key is another policy: none is changed in place. */
function maskingPolicyName(prefix: string, { mask, type, maskKey }: MaskingDefinition): string {
  const typeText = printColumnType(type).replace(/\W+/g, "_").replace(/_$/, "");
  const base = `${prefix}${mask.kind === "expression" ? "mask" : mask.kind}_${typeText}`;
  return mask.kind === "hide" ? base : `${base}_${shortHash(JSON.stringify([mask, maskKey]))}`;
}

/**
 * Of several policies that are on a column for one user, that of the highest priority holds, and two policies of a column
 * may not have the same: who has several roles sees what the strictest shows.
 */
function priorityOf(mask: Mask, { classes }: Pick<Access, "classes">): number {
  switch (mask.kind) {
    case "hide":
      return 30_000;
    case "hash":
      return 20_000;
    case "expression":
      return 10_000 + classes.findIndex((each) => sameMask(each.mask, mask));
    default:
      return mask satisfies never;
  }
}

function sameMask(a: Mask, b: Mask): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function shortHash(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 8);
}

export function objectOf(relation: RelationName): SchemaObject {
  return { schema: zoneOf(relation), name: baseName(relation) };
}
