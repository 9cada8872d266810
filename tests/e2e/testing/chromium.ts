import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** The browser that CHROMIUM_PATH names, or one on the PATH; undefined where none is installed. */
export function findChromium(variables: NodeJS.ProcessEnv = process.env): string | undefined {
  if (variables.CHROMIUM_PATH) return variables.CHROMIUM_PATH;
  const folders = (variables.PATH ?? "").split(delimiter).filter((folder) => folder !== "");
  const candidates = folders.flatMap((folder) => NAMES.map((name) => join(folder, name)));
  return candidates.find(isExecutable);
}
