import { CsvError, parse } from "csv-parse/sync";
import { printColumnType } from "../core/column-type.ts";
import type { Diagnostic } from "../core/diagnostic.ts";
import { codeFrame } from "../core/frame.ts";
import type { Column } from "../core/node-base.ts";
import { describeForm, fitsType } from "../core/typed-text.ts";
import type { TextFile } from "../load/project-files.ts";

export interface SeedRows {
  /** In column order; an empty field is null. */
  readonly rows: readonly (readonly (string | null)[])[];
  readonly diagnostics: readonly Diagnostic[];
}

/** A report longer than this helps nobody; the rest shows itself once these are mended. */
const mostDiagnostics = 20;

/** Reads a seed's records and holds every field against its column. */
export function readSeedRows(csv: TextFile, columns: readonly Column[]): SeedRows {
  const diagnostics: Diagnostic[] = [];
  const report = (line: number, message: string, hint: string) => {
    if (diagnostics.length >= mostDiagnostics) return;
    const place = { file: csv.file, line, column: 1 };
    const frame = codeFrame(csv.text, place);
    diagnostics.push({ code: "SEED_INVALID", message, place, frame, hint });
  };

  const records = readRecords(csv.text, report);
  const [header, ...body] = records;
  const declared = columns.map((column) => column.name).join(",");
  if (header === undefined) {
    if (diagnostics.length === 0)
      report(1, "The file is empty.", `Begin it with the header ${declared}.`);
    return { rows: [], diagnostics };
  }
  const found = header.fields.join(",");
  if (found !== declared) {
    report(
      1,
      `The header is ${found}, but the YAML file declares ${declared}.`,
      "Make them equal.",
    );
    return { rows: [], diagnostics };
  }
  const rows = body.map(({ fields, line }) => {
    if (fields.length !== columns.length) {
      const message = `This line has ${fields.length} fields, and the header ${columns.length}.`;
      report(line, message, 'A field with a comma in it stands in quotes: "a, b".');
      return [];
    }
    return columns.map((column, index) => {
      const field = fields[index] ?? "";
      const problem = problemWith(field, column);
      if (problem !== undefined) report(line, problem.message, problem.hint);
      return field === "" ? null : field;
    });
  });
  return { rows, diagnostics };
}

interface CsvRecord {
  readonly fields: readonly string[];
  /** The record's last line; it has several when a quoted field has. */
  readonly line: number;
}

function readRecords(
  text: string,
  report: (line: number, message: string, hint: string) => void,
): readonly CsvRecord[] {
  const options = { info: true, relax_column_count: true, skip_empty_lines: true } as const;
  try {
    const records = parse(text, options) as unknown as readonly {
      readonly record: readonly string[];
      readonly info: { readonly lines: number };
    }[];
    return records.map(({ record, info }) => ({ fields: record, line: info.lines }));
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const line = Number(error.lines ?? 1);
    report(line, `${error.message}.`, "Quotes inside a quoted field are doubled.");
    return [];
  }
}

function problemWith(
  field: string,
  column: Column,
): { readonly message: string; readonly hint: string } | undefined {
  if (field === "") {
    if (column.nullable) return undefined;
    const hint = "Fill it in, or declare the column without not_null.";
    return { message: `${column.name} is empty, and must not be.`, hint };
  }
  if (fitsType(field, column.type)) return undefined;
  const message = `"${field}" is no ${printColumnType(column.type)} for ${column.name}.`;
  return { message, hint: describeForm(column.type) };
}
