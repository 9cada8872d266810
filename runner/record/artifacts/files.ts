import { randomBytes } from "node:crypto";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import type { z } from "zod";
import { codeOf, messageOf } from "../../core/caught.ts";
import { Failure } from "../../core/diagnostic.ts";

/** Replaces a file as a whole: whoever reads it finds the old text or the new one. Folders are made. */
export async function replaceFile(file: string, text: string): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  const temporary = `${file}.${randomBytes(4).toString("hex")}.tmp`;
  try {
    await writeFile(temporary, text);
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

export function printArtifact(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** Reads an artifact; undefined when there is none, a failure when it is none that this version understands. */
export async function readArtifact<Schema extends z.ZodType>(
  file: string,
  schema: Schema,
): Promise<z.output<Schema> | undefined> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    if (codeOf(error) === "ENOENT" || codeOf(error) === "ENOTDIR") return undefined;
    throw unreadable(file, messageOf(error));
  }
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (error) {
    throw unreadable(file, messageOf(error));
  }
  const checked = schema.safeParse(content);
  if (checked.success) return checked.data;
  const [issue] = checked.error.issues;
  throw unreadable(file, `${issue?.path.join(".") ?? ""}: ${issue?.message ?? "unknown content"}`);
}

function unreadable(file: string, cause: string): Failure {
  return new Failure([
    {
      code: "ARTIFACT_UNREADABLE",
      message: `${file} is no artifact that this version of the runner understands.`,
      cause,
      hint: "Have it written again by runner build, or name another with --state.",
    },
  ]);
}
