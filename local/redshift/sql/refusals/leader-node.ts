import { unsupported } from "../redshift-error.ts";
import { namedRelations, type NamedRelation } from "../named-relations.ts";
import { nodesOf, texts, type Fields } from "../syntax-tree.ts";

const leaderFunctions = new Set([
  ...["now", "age", "generate_series", "isfinite", "current_schema", "current_schemas"],
  ...["has_table_privilege", "has_schema_privilege", "has_database_privilege", "version"],
]);
const leaderValues = new Set([
  ...["SVFOP_CURRENT_TIMESTAMP", "SVFOP_CURRENT_TIMESTAMP_N", "SVFOP_LOCALTIMESTAMP"],
  ...["SVFOP_LOCALTIMESTAMP_N", "SVFOP_CURRENT_TIME", "SVFOP_CURRENT_TIME_N", "SVFOP_LOCALTIME"],
  ...["SVFOP_LOCALTIME_N", "SVFOP_CURRENT_SCHEMA"],
]);

/**
 * Some functions, and the catalogue, exist on the leader node alone; tables lie on the compute nodes. Throws
 * RedshiftError for a statement that needs both. Redshift's own system views (svv_…) count as the catalogue here.
 */
export function checkLeaderNode(type: string, fields: Fields): void {
  const relations = namedRelations(fields);
  const writes = [
    "InsertStmt",
    "UpdateStmt",
    "DeleteStmt",
    "MergeStmt",
    "CreateTableAsStmt",
    "CreateStmt",
  ];
  const isComputed = writes.includes(type) || relations.some((each) => !isCatalogue(each));
  if (!isComputed) return;
  const refusal = unsupported(
    "Specified types or functions (one per INFO message) not supported on Redshift tables.",
  );
  const isQuery = ["SelectStmt", ...writes].includes(type);
  if (isQuery && relations.some(isCatalogue)) throw refusal;
  for (const node of nodesOf({ [type]: fields })) {
    const name = texts(node.fields["funcname"]).at(-1) ?? "";
    if (node.type === "FuncCall" && leaderFunctions.has(name)) throw refusal;
    if (node.type === "SQLValueFunction" && leaderValues.has(String(node.fields["op"])))
      throw refusal;
  }
}

function isCatalogue({ schema, name }: NamedRelation): boolean {
  if (schema === "information_schema" || schema === "pg_catalog") return true;
  return schema === undefined && /^(?:pg|svv|svl|stv|stl|sys)_/.test(name);
}
