import { afterEach, beforeEach } from "@jest/globals";
import { openForTests } from "./open-for-tests.ts";
import type { TestProject } from "./project.ts";
import type { OpenedTarget, TestTarget } from "./targets.ts";

/** Opens a target while the tests around it run, and hands `use` a new project of these files before each of them. */
export function newProjectForEachTest(
  target: TestTarget,
  files: Readonly<Record<string, string>>,
  use: (project: TestProject) => void,
): void {
  let opened: OpenedTarget;
  let project: TestProject;

  openForTests(async (hold) => {
    opened = await hold(target.open());
  });

  beforeEach(async () => {
    project = await opened.newProject(files);
    use(project);
  });

  afterEach(() => {
    project.close();
  });
}
