import { TRPCClientError } from "@trpc/client";
import type { AppRouter } from "../../api/router.ts";
import { StartError } from "../../api/start-error.ts";
import { Failure } from "../../runner/core/diagnostic.ts";
import {
  colorsFor,
  printDiagnostic,
  type Printable,
} from "../../runner/record/print-diagnostic.ts";
import { LocalServiceError } from "../failure.ts";

/** The demo's own refusals; the codes are stable. */
export type DemoCode = "DEMO_RUNNING" | "DEMO_DIARY_BROKEN" | "DEMO_DAYS_SPENT";

export class DemoError extends Error {
  override readonly name = "DemoError";
  readonly code: DemoCode;
  readonly hint: string;

  constructor(failure: { code: DemoCode; message: string; hint: string }) {
    super(failure.message);
    this.code = failure.code;
    this.hint = failure.hint;
  }
}

/** Tells the user what went wrong, in the form of the runner, and returns the exit code: 3 for a fault of Mercado. */
export function reportFailure(error: unknown): number {
  const diagnostics = diagnosticsOf(error);
  const colors = colorsFor(process.stderr);
  if (diagnostics !== undefined) {
    process.stderr.write(diagnostics.map((each) => printDiagnostic(each, colors)).join("\n"));
    return error instanceof Failure ? error.exitCode : 2;
  }
  const stack = error instanceof Error ? error.stack : String(error);
  process.stderr.write(
    `This is a fault in Mercado, not in your machine. Please report it with these lines:\n${stack}\n`,
  );
  return 3;
}

function diagnosticsOf(error: unknown): readonly Printable[] | undefined {
  if (error instanceof Failure) return error.diagnostics;
  if (
    error instanceof LocalServiceError ||
    error instanceof StartError ||
    error instanceof DemoError
  ) {
    return [{ code: error.code, message: error.message, hint: error.hint }];
  }
  if (error instanceof TRPCClientError) {
    const { data, message } = error as TRPCClientError<AppRouter>;
    // What the shop itself takes for a fault is one.
    if (data == null || data.mercado === "INTERNAL") return undefined;
    return [{ code: data.mercado, message, hint: data.hint }];
  }
  return undefined;
}
