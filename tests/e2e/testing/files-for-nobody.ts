import type { TestProject } from "./project.ts";

/** Takes from everybody what a new warehouse lets everybody: to read the lake's files by its IAM role. */
export async function letNobodyTakeFiles({ place }: Pick<TestProject, "place">): Promise<void> {
  const engine = await place.openWarehouse();
  try {
    await engine.execute("revoke assumerole on all from public for all");
  } finally {
    await engine.close();
  }
}
