import { isTRPCClientError } from "@trpc/client";
import type { AppRouter, ShopErrorCode } from "../router.ts";

/** A failure of a call, in the shop's own words. */
export interface ShopFailure {
  /** Stable; UNREACHABLE when no answer of the shop arrived. */
  mercado: ShopErrorCode | "UNREACHABLE";
  /** The cause, in English, for people. */
  message: string;
  /** The way out. */
  hint: string;
  /** What a program needs to show more, such as the lines of a conflict; null if there is nothing. */
  details: unknown;
}

/** What went wrong in a call of the client. Throws the error itself if it comes from elsewhere. */
export function shopFailureOf(error: unknown): ShopFailure {
  if (!isTRPCClientError<AppRouter>(error)) throw error;
  if (error.data === undefined || error.data === null) {
    return {
      mercado: "UNREACHABLE",
      message: "The shop did not answer.",
      hint: "Check the connection, and try again.",
      details: null,
    };
  }
  const { mercado, hint, details } = error.data;
  return { mercado, message: error.message, hint, details };
}
