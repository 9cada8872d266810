import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { Failure } from "../core/diagnostic.ts";
import { loadHelpers } from "./helpers.ts";
import { loadProjectFiles } from "./project-files.ts";
import { findProjectRoot } from "./project-root.ts";

let root = "";
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), "mercado-load-"));
  write("pipelines.yaml", "project: p\n");
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

function write(file: string, content: string | Buffer): void {
  mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
  writeFileSync(path.join(root, file), content);
}

async function failureOf(attempt: () => unknown): Promise<Failure> {
  try {
    await attempt();
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
  throw new Error("nothing went wrong");
}

describe("a project's files", () => {
  test("are listed in one order on every machine, without what is no project file", () => {
    for (const file of ["b", "a/z", "B", ".hidden", ".checkpoints/b"])
      write(`models/gold/${file}.sql`, "select 1");
    write("macros/x.ts", "");
    write("macros/x.test.ts", "");
    write("tests/e2e/deep.sql", "");
    write("tests/sums.sql", "");
    const files = loadProjectFiles(root);
    expect(files.modelSql.map(({ file }) => file)).toEqual([
      "models/gold/B.sql",
      "models/gold/a/z.sql",
      "models/gold/b.sql",
    ]);
    expect(files.helpers).toEqual(["macros/x.ts"]);
    expect(files.testSql.map(({ file }) => file)).toEqual(["tests/sums.sql"]);
    expect(files.sources).toEqual([]);
  });

  test("lose a byte order mark, which would be part of the first name", () => {
    write("seeds/category.csv", "\uFEFFid,name\n");
    write("sources/oltp.yml", "\uFEFFsource: oltp\n");
    const files = loadProjectFiles(root);
    expect(files.seeds[0]?.text).toBe("id,name\n");
    expect(files.sources[0]?.text).toBe("source: oltp\n");
  });

  test("in another encoding are refused, all of them, instead of read with question marks", async () => {
    write("seeds/b.csv", Buffer.from([0x69, 0x64, 0x0a, 0xe9]));
    write("seeds/a.csv", Buffer.from([0xff, 0xfe]));
    const { diagnostics } = await failureOf(() => loadProjectFiles(root));
    expect(diagnostics.map(({ code, place }) => [code, place?.file])).toEqual([
      ["FILE_UNREADABLE", "seeds/a.csv"],
      ["FILE_UNREADABLE", "seeds/b.csv"],
    ]);
  });
});

test("the project is found from any folder inside it, and its absence says where it was looked for", async () => {
  write("models/gold/a.sql", "");
  expect(findProjectRoot(path.join(root, "models/gold"))).toBe(root);
  const { diagnostics } = await failureOf(() => findProjectRoot(path.parse(root).root));
  expect(diagnostics).toMatchObject([{ code: "PROJECT_NOT_FOUND" }]);
});

function loadMacros(...names: readonly string[]) {
  return loadHelpers(root, new Map(names.map((name) => [name, `macros/${name}.ts`])));
}

test("a macro that cannot be read is reported at its own line, with every other such macro", async () => {
  write("macros/broken.ts", "// first\nimport './nothing.ts';\n");
  write("macros/unclosed.ts", "export default () => 'sql\n");
  write("macros/sound.ts", "export default () => 'sql';\n");
  const { diagnostics } = await loadMacros("broken", "sound", "unclosed");
  expect(diagnostics).toMatchObject([
    {
      code: "MACRO_INVALID",
      message: expect.stringContaining("nothing.ts"),
      place: { file: "macros/broken.ts", line: 2, column: 8 },
    },
    { code: "MACRO_INVALID", place: { file: "macros/unclosed.ts", line: 1 } },
  ]);
});

test("a macro that exports no function is reported by its file", async () => {
  write("macros/text.ts", "export default 'a';\n");
  write("macros/sound.ts", "export default () => 'sql';\n");
  const { helpers, diagnostics } = await loadMacros("sound", "text");
  expect([...helpers.keys()]).toEqual(["sound"]);
  expect(diagnostics).toMatchObject([
    {
      code: "MACRO_INVALID",
      place: { file: "macros/text.ts" },
      hint: expect.stringContaining("export default"),
    },
  ]);
});

test("a macro that fails while it is loaded is a fault of the project and not of the runner", async () => {
  write("macros/failing.ts", "throw new Error('no such table');\nexport default () => 'sql';\n");
  const { diagnostics } = await loadMacros("failing");
  expect(diagnostics).toMatchObject([
    { code: "MACRO_INVALID", message: expect.stringContaining("no such table") },
  ]);
});
