import path from "node:path";
import { expect, test } from "@jest/globals";
import { loadProjectFiles } from "../load/project-files.ts";
import { parseProject } from "./project.ts";

test("a mistake in pipelines.yaml is told alone, not with what its models seem to be without their folders' defaults", () => {
  const files = loadProjectFiles(path.resolve(import.meta.dirname, "../.."));
  expect(parseProject(files).diagnostics).toEqual([]);
  const text = files.pipelines.text.replace("workgroup: mercado", "workgrup: mercado");
  const { diagnostics } = parseProject({ ...files, pipelines: { ...files.pipelines, text } });
  expect(diagnostics.map(({ message }) => message)).toEqual([
    'Unknown setting "workgrup" in targets.local-aws.redshift.',
  ]);
});
