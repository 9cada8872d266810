import type { ColumnType } from "./column-type.ts";

const integers = ["smallint", "integer", "bigint"] as const;
const mostDigits = 38;

/**
 * The narrowest type that holds all values of both; undefined where they are of different families, or where no type
 * has so many digits.
 */
export function widerType(one: ColumnType, other: ColumnType): ColumnType | undefined {
  switch (one.kind) {
    case "smallint":
    case "integer":
    case "bigint": {
      const ranks = [one, other].map(({ kind }) => integers.findIndex((each) => each === kind));
      const kind = integers[Math.max(...ranks)];
      return ranks.includes(-1) || kind === undefined ? undefined : { kind };
    }
    case "decimal": {
      if (other.kind !== "decimal") return undefined;
      const scale = Math.max(one.scale, other.scale);
      const precision = Math.max(wholeDigits(one), wholeDigits(other)) + scale;
      return precision <= mostDigits ? { kind: "decimal", precision, scale } : undefined;
    }
    case "varchar": {
      if (other.kind !== "varchar") return undefined;
      if (one.length === undefined || other.length === undefined) return { kind: "varchar" };
      return { kind: "varchar", length: Math.max(one.length, other.length) };
    }
    case "double":
    case "boolean":
    case "date":
    case "timestamp":
    case "timestamptz":
    case "json":
      return one.kind === other.kind ? one : undefined;
  }
}

/** Whether there is a value of `other`, a type of the same family, that `one` cannot hold. */
export function isTooNarrow(one: ColumnType, other: ColumnType): boolean {
  switch (one.kind) {
    case "decimal":
      return (
        other.kind === "decimal" &&
        (one.scale < other.scale || wholeDigits(one) < wholeDigits(other))
      );
    case "varchar":
      return (
        other.kind === "varchar" &&
        one.length !== undefined &&
        (other.length === undefined || one.length < other.length)
      );
    case "smallint":
    case "integer":
    case "bigint": {
      const rank = (kind: ColumnType["kind"]) => integers.findIndex((each) => each === kind);
      return rank(one.kind) < rank(other.kind);
    }
    case "double":
    case "boolean":
    case "date":
    case "timestamp":
    case "timestamptz":
    case "json":
      return false;
  }
}

function wholeDigits({ precision, scale }: { precision: number; scale: number }): number {
  return precision - scale;
}
