import {
  callTRPCProcedure,
  getTRPCErrorFromUnknown,
  getTRPCErrorShape,
  transformTRPCResponse,
  type TRPCError,
} from "@trpc/server";
import { getHTTPStatusCode } from "@trpc/server/http";
import type { Context } from "../context.ts";
import { appRouter } from "../router.ts";
import { inputsOf, type PlainCalls } from "./plain-calls.ts";

export interface CallsAnswer {
  status: number;
  body: string;
  errors: readonly TRPCError[];
}

export interface Answering {
  context: Promise<Context>;
  onError: (failure: { error: TRPCError; path: string }) => void;
}

const { _config: config } = appRouter._def;

/**
 * Answers as tRPC's adapter does, without the Request, the streams and the abort signals that it makes for each request.
 * Procedures are not told that their caller has gone away.
 */
export async function answerCalls(
  calls: PlainCalls,
  { context, onError }: Answering,
): Promise<CallsAnswer> {
  const { type, paths, batched } = calls;
  const inputOf = inputsOf(calls);
  const errors: TRPCError[] = [];

  async function answer(path: string, batchIndex: number) {
    try {
      const data: unknown = await callTRPCProcedure({
        router: appRouter,
        path,
        type,
        ctx: await context,
        getRawInput: () => inputOf(batchIndex),
        signal: undefined,
        batchIndex,
      });
      return { result: { data } };
    } catch (cause) {
      const error = getTRPCErrorFromUnknown(cause);
      errors.push(error);
      onError({ error, path });
      const about = { path, type, input: undefined, ctx: undefined };
      return { error: getTRPCErrorShape({ config, error, ...about }) };
    }
  }

  const answers = await Promise.all(paths.map(answer));
  const transformed = transformTRPCResponse(config, answers) as unknown[];
  return {
    status: getHTTPStatusCode(answers, []),
    body: JSON.stringify(batched ? transformed : transformed[0]),
    errors,
  };
}
