import { RedshiftError, syntaxError } from "../redshift-error.ts";
import { readsAs, type Token } from "../tokens.ts";

const role = /^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]+$/;

/** Reads `iam_role default` or `iam_role 'arn:…'` at `index`: the index behind it, or undefined when it is not there. */
export function readIamRole(tokens: readonly Token[], index: number): number | undefined {
  if (!readsAs(tokens, index, "iam_role")) return undefined;
  const value = tokens[index + 1];
  if (readsAs(tokens, index + 1, "default")) return index + 2;
  if (value?.kind !== "text") throw syntaxError(value, "iam_role");
  const isValid = value.value.split(",").every((each) => role.test(each) || each === "default");
  if (!isValid) throw new RedshiftError(`Invalid IAM role: ${value.value}`, "22023");
  return index + 2;
}

/** What COPY and UNLOAD say when nothing lets them at S3. */
export function missingRole(command: string): RedshiftError {
  return new RedshiftError(
    `${command} needs IAM_ROLE: the stand-in takes neither CREDENTIALS nor keys`,
    "42601",
  );
}
