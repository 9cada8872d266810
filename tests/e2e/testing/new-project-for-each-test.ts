import { beforeEach } from "@jest/globals";
import { openForTests } from "./open-for-tests.ts";
import type { TestProject } from "./project.ts";
import type { TestTarget } from "./targets.ts";

/**
 * Opens a target while the tests around it run, and hands `use` a project of these files, in which nothing is built,
 * before each of them. It is one project, which remembers for the next test what it keeps.
 */
export function newProjectForEachTest(
  target: TestTarget,
  files: Readonly<Record<string, string>>,
  use: (project: TestProject) => void,
): void {
  let project: TestProject;

  openForTests(async (hold) => {
    const opened = await hold(target.open());
    project = await hold(opened.newProject(files));
  });

  beforeEach(async () => {
    project.become(files);
    await project.restore(undefined);
    use(project);
  });
}
