import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "@jest/globals";
import { accessTable } from "../../access/table.ts";
import { openProject } from "../project.ts";
import { classedRelations } from "./classed-relations.ts";
import { declaredAccess } from "./declared-access.ts";
import { printTable } from "./print-access.ts";

/**
 * The table of who may do what in the README is that of `pipelines.yaml`. After an intended change:
 *
 *     RENEW_GOLDEN=1 npm test -- runner/command/access/readme-matrix
 */
const root = path.resolve(import.meta.dirname, "../../..");
const readme = path.join(root, "README.md");
const marked = /(<!-- access matrix -->\n)([^]*?)(<!-- end of access matrix -->)/;

test("the README's table of who may do what is the one that pipelines.yaml declares", async () => {
  const linked = await openProject({ project: root });
  const table = accessTable(declaredAccess(linked.project), await classedRelations(linked));
  const text = readFileSync(readme, "utf8");
  const current = text.replace(
    marked,
    (_, begin: string, _old: string, end: string) =>
      `${begin}\n${printTable(table, "markdown")}\n${end}`,
  );
  expect(text).toMatch(marked);
  if (process.env.RENEW_GOLDEN === "1") writeFileSync(readme, current);
  else expect(text).toBe(current);
});
