import { parseColumnType, printColumnType, type ColumnType } from "./column-type.ts";

/** A type as a source has it, which may hold less than the type that its column gets. */
export interface SourceType {
  readonly type: ColumnType;
  /** Digits of a timestamp's second, or a float's bits; absent is all there are. */
  readonly precision?: number;
}

export const mostSecondDigits = 6;
export const realBits = 24;

/** Reads a declared type, `real`, `timestamp(3)` and `timestamptz(3)` among them; undefined when it is none. */
export function parseSourceType(text: string): SourceType | undefined {
  const normal = text.trim().toLowerCase();
  if (normal === "real") return { type: { kind: "double" }, precision: realBits };
  const [, name = "", digits] = /^(timestamp|timestamptz) ?\( ?([0-6]) ?\)$/.exec(normal) ?? [];
  const type = parseColumnType(digits === undefined ? normal : name);
  if (type === undefined) return undefined;
  const isLess = digits !== undefined && Number(digits) < mostSecondDigits;
  return isLess ? { type, precision: Number(digits) } : { type };
}

/** A type as a source's YAML declares it. */
export function printSourceType({ type, precision }: SourceType): string {
  if (precision === undefined) return printColumnType(type);
  return type.kind === "double" ? "real" : `${printColumnType(type)}(${precision})`;
}
