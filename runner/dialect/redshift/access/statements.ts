import type { AccessChanges, AccessFact } from "../../../core/access-fact.ts";
import type { ColumnType } from "../../../core/column-type.ts";
import { quoteText } from "../../../core/sql-text.ts";
import {
  attributesSchema,
  attributesTable,
  relationText,
  roleName,
  schemaText,
  userText,
} from "./names.ts";
import { createMaskingPolicy, createRowPolicy } from "./policies.ts";

type TypeName = (type: ColumnType) => string;

/** The statements that make these changes, in an order in which one transaction can take them. */
export function accessStatements(
  { remove, add }: AccessChanges,
  columnType: TypeName,
): readonly string[] {
  return [...remove.flatMap(removal), ...add.flatMap((fact) => addition(fact, columnType))];
}

/** What makes a fact true. */
export function addition(fact: AccessFact, columnType: TypeName): readonly string[] {
  switch (fact.kind) {
    case "role":
      return [`create ${roleText(fact)}`];
    // Nobody logs in by a password: IAM gives people their credentials, and nobody a probe's.
    case "user":
      return [`create user ${userText(fact.user)} password disable`];
    case "probe":
      return [`create user ${userText(fact.user)} password disable`];
    case "member":
      return [`grant ${roleText(fact)} to ${userText(fact.user)}`];
    case "inherited":
      return [`grant role ${roleName(fact.from)} to ${roleText(fact)}`];
    case "attributes":
      return [
        `create schema if not exists ${attributesSchema}`,
        `create table if not exists ${attributesTable} (
    role_name varchar(128) not null,
    member_name varchar(128) not null,
    attribute_name varchar(128) not null,
    integer_value bigint,
    text_value varchar(1000)
)`,
      ];
    case "attribute": {
      const text = quoteText(String(fact.value));
      const integer = typeof fact.value === "number" ? String(fact.value) : "null";
      const names = [fact.role, fact.user, fact.attribute].map(quoteText).join(", ");
      return [
        `insert into ${attributesTable} (role_name, member_name, attribute_name, integer_value, text_value)\nvalues (${names}, ${integer}, ${text})`,
      ];
    }
    case "schema":
      return [`grant ${fact.right} on schema ${schemaText(fact.schema)} to ${roleText(fact)}`];
    case "scope":
      return [
        `grant ${fact.right} for tables in schema ${schemaText(fact.schema)} to ${roleText(fact)}`,
      ];
    case "relation":
      return [`grant ${fact.right} on table ${relationText(fact.on)} to ${roleText(fact)}`];
    case "masking_policy":
      return fact.definition === undefined
        ? []
        : [createMaskingPolicy(fact.name, fact.definition, columnType)];
    case "mask":
      return [
        `attach masking policy ${fact.policy} on ${relationText(fact.on)} (${fact.column}) to ${roleText(fact)} priority ${fact.priority}`,
      ];
    case "row_policy":
      return fact.definition === undefined
        ? []
        : createRowPolicy(fact.name, fact.definition, columnType);
    case "filtered":
      return [`alter table ${relationText(fact.on)} row level security on`];
    case "rows":
      return [`attach rls policy ${fact.policy} on ${relationText(fact.on)} to ${roleText(fact)}`];
    default:
      return fact satisfies never;
  }
}

/** What makes a fact untrue. */
export function removal(fact: AccessFact): readonly string[] {
  switch (fact.kind) {
    case "role":
      return [`drop ${roleText(fact)}`];
    case "user":
      return [];
    case "probe":
      return [`drop user ${userText(fact.user)}`];
    case "member":
      return [`revoke ${roleText(fact)} from ${userText(fact.user)}`];
    case "inherited":
      return [`revoke role ${roleName(fact.from)} from ${roleText(fact)}`];
    case "attributes":
      return [`drop table ${attributesTable}`, `drop schema ${attributesSchema}`];
    case "attribute":
      return [
        `delete from ${attributesTable} where role_name = ${quoteText(fact.role)} and member_name = ${quoteText(fact.user)} and attribute_name = ${quoteText(fact.attribute)}`,
      ];
    case "schema":
      return [`revoke ${fact.right} on schema ${schemaText(fact.schema)} from ${roleText(fact)}`];
    case "scope":
      return [
        `revoke ${fact.right} for tables in schema ${schemaText(fact.schema)} from ${roleText(fact)}`,
      ];
    case "relation":
      return [`revoke ${fact.right} on table ${relationText(fact.on)} from ${roleText(fact)}`];
    case "masking_policy":
      return [`drop masking policy ${fact.name}`];
    case "mask":
      return [
        `detach masking policy ${fact.policy} on ${relationText(fact.on)} (${fact.column}) from ${roleText(fact)}`,
      ];
    case "row_policy":
      return [`drop rls policy ${fact.name}`];
    case "filtered":
      return [`alter table ${relationText(fact.on)} row level security off`];
    case "rows":
      return [
        `detach rls policy ${fact.policy} on ${relationText(fact.on)} from ${roleText(fact)}`,
      ];
    default:
      return fact satisfies never;
  }
}

function roleText({ role }: { readonly role: string }): string {
  return `role ${roleName(role)}`;
}
