import type { Member } from "../../../core/access.ts";
import type { ColumnType } from "../../../core/column-type.ts";
import { production, publicNameIn, schemaOf } from "../../../core/environment.ts";
import { maskedValue } from "../../../core/mask-sql.ts";
import type { Mask } from "../../../core/access.ts";
import type { RelationName, Zone } from "../../../core/relation.ts";
import { quoteText } from "../../../core/sql-text.ts";

type Action =
  | { readonly kind: "read" | "drop"; readonly relation: RelationName }
  | { readonly kind: "write" | "delete" | "list"; readonly zone: Zone }
  | { readonly kind: "private"; readonly table: string };

const nameOf = publicNameIn(production);
const probeTable = "mercado_access_probe";

/** What a role is made to try; nothing of it stays. */
export function actionStatements(action: Action): readonly string[] {
  switch (action.kind) {
    case "read":
      return [`select 1 as one from ${nameOf(action.relation)} limit 1`];
    case "drop":
      return [`drop view ${nameOf(action.relation)}`];
    case "private":
      return [`select 1 as one from ${action.table} limit 1`];
    case "list":
      return [
        `select cast(case when has_schema_privilege(current_user, ${quoteText(action.zone)}, 'usage') then '1' else 'permission denied' end as integer) as may_list`,
      ];
    case "write":
      return [createProbe(action.zone)];
    case "delete": {
      const table = `${schemaOf(action.zone, production)}.${probeTable}`;
      return [createProbe(action.zone), `delete from ${table}`, `drop table ${table}`];
    }
    default:
      return action satisfies never;
  }
}

function createProbe(zone: Zone): string {
  return `create table ${schemaOf(zone, production)}.${probeTable} (one integer)`;
}

interface SeenColumn {
  readonly name: string;
  readonly type: ColumnType;
  readonly mask?: Mask;
}

/** How many rows there are and, of each column, how many values and which the lowest and the highest. */
export function sightQuery(
  relation: RelationName,
  columns: readonly SeenColumn[],
  options: {
    /** Given to have it as the masks make it, which the asking user does not have; with the rows of a filter. */
    readonly masked?: {
      readonly maskKey: string;
      readonly columnType: (type: ColumnType) => string;
      readonly condition?: string;
    };
  } = {},
): string {
  const { masked } = options;
  const texts = {
    columnType: masked?.columnType ?? (() => ""),
    sha256: (text: string) => `sha2(${text}, 256)`,
  };
  const values = columns.map(({ name, type, mask }) => {
    const value = `"${name}"`;
    if (masked === undefined || mask === undefined) return value;
    return maskedValue(mask, { sql: value, type }, { texts, maskKey: masked.maskKey });
  });
  const text = (value: string) => `cast(${value} as varchar(65535))`;
  const list = values.map(
    (value, index) =>
      `count(${value}) as values_${index}, min(${text(value)}) as lowest_${index}, max(${text(value)}) as highest_${index}`,
  );
  const where = masked?.condition === undefined ? "" : ` where (${masked.condition})`;
  return `select ${["count(*) as row_count", ...list].join(", ")} from ${nameOf(relation)}${where}`;
}

/** A row filter as a condition for one member. */
export function filterFor(filter: string, { user, attributes }: Member): string {
  return filter.replace(/\{\{\s*user\.([\w-]+)\s*\}\}/g, (_, attribute: string) => {
    const value = attribute === "name" ? user : attributes[attribute];
    return typeof value === "number" ? String(value) : quoteText(value ?? "");
  });
}
