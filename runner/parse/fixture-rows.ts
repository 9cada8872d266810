import { CsvError, parse } from "csv-parse/sync";
import type { Document, LineCounter } from "yaml";
import { didYouMean } from "../core/closest.ts";
import type { Diagnostic, Place } from "../core/diagnostic.ts";
import type { FixtureRow } from "../core/unit-test.ts";
import type { TextFile } from "../load/project-files.ts";
import type { RowForms } from "./schema/unit-tests.ts";
import { loadYaml } from "./yaml-document.ts";
import type { YamlPath } from "./yaml-path.ts";

/** Texts of tests/fixtures by their path below it, without its ending. */
export type Fixtures = ReadonlyMap<string, TextFile>;

const folder = "tests/fixtures/";

export function fixturesByName(files: readonly TextFile[]): Fixtures {
  return new Map(files.map((file) => [file.file.slice(folder.length).replace(/\.csv$/, ""), file]));
}

/**
 * Reads the rows of unit tests as they are written: a number's digits are kept, where YAML would make a float of them.
 * Null, in YAML as in a CSV's empty field, is told from the empty text, which is in quotes.
 */
export class FixtureReader {
  readonly #file: TextFile;
  readonly #fixtures: Fixtures;
  readonly #diagnostics: Diagnostic[];
  readonly #yaml = loadYaml();
  readonly #lines: LineCounter = new this.#yaml.LineCounter();
  #document: Document | undefined;

  constructor(file: TextFile, fixtures: Fixtures, diagnostics: Diagnostic[]) {
    this.#file = file;
    this.#fixtures = fixtures;
    this.#diagnostics = diagnostics;
  }

  read({ rows, fixture }: RowForms, path: YamlPath): readonly FixtureRow[] {
    if (rows !== undefined) return this.#inlineRows([...path, "rows"]);
    return fixture === undefined
      ? this.#csvInYaml([...path, "csv"])
      : this.#csvFile(fixture, [...path, "fixture"]);
  }

  /** A text with as many empty lines before it as it has in its file, so that its lines have their numbers there. */
  textInPlace(path: YamlPath): string {
    const node = this.#node(path);
    if (!this.#yaml.isScalar(node)) return "";
    const isBlock = node.type === "BLOCK_LITERAL" || node.type === "BLOCK_FOLDED";
    const line = this.#place(node).line - (isBlock ? 0 : 1);
    return `${"\n".repeat(line)}${String(node.value)}`;
  }

  #inlineRows(path: YamlPath): readonly FixtureRow[] {
    const list = this.#node(path);
    if (!this.#yaml.isSeq(list)) return [];
    return list.items.filter(this.#yaml.isMap).map((row) => ({
      place: this.#place(row),
      cells: row.items.map(({ key, value }) => ({
        column: this.#yaml.isScalar(key) ? String(key.value) : "",
        value: this.#textOf(value),
        place: this.#place(this.#yaml.isScalar(key) ? key : row),
      })),
    }));
  }

  #csvInYaml(path: YamlPath): readonly FixtureRow[] {
    const node = this.#node(path);
    if (!this.#yaml.isScalar(node)) return [];
    const { file, line } = this.#place(node);
    const isBlock = node.type === "BLOCK_LITERAL";
    const first = line + (isBlock ? 1 : 0);
    return this.#csvRows(String(node.value), (number) => ({
      file,
      line: isBlock ? first + number - 1 : first,
      column: 1,
    }));
  }

  #csvFile(name: string, path: YamlPath): readonly FixtureRow[] {
    const wanted = name.replace(/\.csv$/, "");
    const fixture = this.#fixtures.get(wanted);
    if (fixture === undefined) {
      const known = [...this.#fixtures.keys()];
      const otherwise = known.length > 0 ? `There are ${known.join(", ")}.` : undefined;
      this.#report(`There is no ${folder}${wanted}.csv.`, this.#place(this.#node(path)), {
        hint: didYouMean(wanted, known, otherwise),
      });
      return [];
    }
    return this.#csvRows(fixture.text, (line) => ({ file: fixture.file, line, column: 1 }));
  }

  #csvRows(text: string, placeOf: (line: number) => Place): readonly FixtureRow[] {
    let records: readonly CsvRecord[];
    try {
      records = parse(text, {
        info: true,
        relax_column_count: true,
        skip_empty_lines: true,
        trim: true,
        cast: (value, { quoting }) => (value === "" && !quoting ? null : value),
      }) as unknown as readonly CsvRecord[];
    } catch (error) {
      if (!(error instanceof CsvError)) throw error;
      const place = placeOf(Number(error.lines ?? 1));
      this.#report(`${error.message}.`, place, { hint: "Quotes in a quoted field are doubled." });
      return [];
    }
    const [header, ...body] = records;
    if (header === undefined) {
      this.#report("There is no header.", placeOf(1), { hint: "Name the columns in line 1." });
      return [];
    }
    return body.map(({ record, info }) => {
      const place = placeOf(info.lines);
      if (record.length !== header.record.length) {
        const message = `This line has ${record.length} fields, and the header ${header.record.length}.`;
        this.#report(message, place, {
          hint: 'A field with a comma in it stands in quotes: "a, b".',
        });
      }
      const cells = header.record.map((column, index) => ({
        column: column ?? "",
        value: record[index] ?? null,
        place,
      }));
      return { cells, place };
    });
  }

  /** A scalar's text as written; lists and mappings, for columns of JSON, become its text. */
  #textOf(node: unknown): string | null {
    if (!this.#yaml.isScalar(node)) return node === null ? null : JSON.stringify(node);
    const { value, source } = node;
    if (value === null) return null;
    if (typeof value === "number") return source ?? String(value);
    return typeof value === "string" ? value : JSON.stringify(value);
  }

  #node(path: YamlPath): unknown {
    this.#document ??= this.#yaml.parseDocument(this.#file.text, {
      lineCounter: this.#lines,
      prettyErrors: false,
    });
    return this.#document.getIn(path, true);
  }

  #place(node: unknown): Place {
    const range =
      this.#yaml.isScalar(node) || this.#yaml.isCollection(node) ? node.range : undefined;
    const { line, col } = this.#lines.linePos(range?.[0] ?? 0);
    return { file: this.#file.file, line: Math.max(line, 1), column: Math.max(col, 1) };
  }

  #report(message: string, place: Place, { hint }: Pick<Diagnostic, "hint">): void {
    this.#diagnostics.push({ code: "UNIT_TEST_INVALID", message, place, hint });
  }
}

interface CsvRecord {
  readonly record: readonly (string | null)[];
  readonly info: { readonly lines: number };
}
