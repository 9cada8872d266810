import { getHTTPStatusCodeFromError } from "@trpc/server/http";
import type { TRPCError } from "@trpc/server";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { ShopError } from "../errors.ts";
import { describeFailure } from "../failures.ts";
import { retryAfterOf, sendFailure } from "../http/failure-answer.ts";
import { listProcedures, type JsonSchema } from "../openapi/json-schema.ts";
import type { ContextOf } from "../http/trpc-route.ts";
import { failureInRestWords } from "./in-rest-words.ts";
import { isFields, toProcedure, toRest, type Fields } from "./names.ts";
import { refuseForeignNames, RestInputError } from "./rest-input-error.ts";
import type { RestRequest } from "./rest-request.ts";
import { REST_ROUTES, type RestRoute } from "./routes.ts";
import { callProcedure, callShopAs } from "./shop-caller.ts";

/** Serves the REST paths from the procedures, each with the request's own context. */
export function serveRest(app: FastifyInstance, contextOf: ContextOf): void {
  const procedures = new Map(listProcedures().map((facts) => [facts.path, facts]));
  for (const route of REST_ROUTES) {
    const truths = booleansOf(procedures.get(route.procedure)?.input);
    app.route({
      method: route.method,
      url: route.path,
      handler: async (request, reply) => {
        const shop = callShopAs(await contextOf(request));
        const received = readRequest(route, request);
        for (const name of truths) received.input[name] = truthOf(received.input[name]);
        const answer = await (route.run === undefined
          ? callProcedure(shop, route.procedure, received.input)
          : route.run(shop, received));
        if (answer === null && route.missing !== undefined) throw missing(route.missing);
        return reply.code(route.status).send(toRest(answer));
      },
    });
  }
}

/** A failure of a procedure as the answer of a REST path. */
export function sendProcedureFailure(reply: FastifyReply, error: TRPCError): FastifyReply {
  const wait = retryAfterOf(error);
  if (wait !== undefined) reply.header("retry-after", String(wait));
  const described = describeFailure(error);
  const failure = error instanceof RestInputError ? described : failureInRestWords(described);
  return sendFailure(reply, getHTTPStatusCodeFromError(error), failure);
}

/** A URL holds text alone; a procedure reads numbers from text, but not truths. */
function booleansOf(input: JsonSchema | undefined): string[] {
  const properties = Object.entries(input?.properties ?? {});
  return properties.filter(([, { type }]) => type === "boolean").map(([name]) => name);
}

function truthOf(value: unknown): unknown {
  return value === "true" ? true : value === "false" ? false : value;
}

function readRequest(route: RestRoute, request: FastifyRequest): RestRequest {
  const body = route.method === "POST" ? (request.body ?? {}) : {};
  if (!isFields(body)) throw new RestInputError("The body must be a JSON object.");
  const sent: Fields = { ...(request.query as Fields), ...body, ...(request.params as Fields) };
  refuseForeignNames(sent);
  const named = Object.entries(toProcedure(sent));
  const input = Object.fromEntries(named.filter(([name]) => !route.ignored?.includes(name)));
  const key = request.headers["idempotency-key"];
  return { input, idempotencyKey: typeof key === "string" ? key : undefined };
}

function missing(message: string): ShopError {
  return new ShopError("NOT_FOUND", message, { hint: "Put one with POST to the same path." });
}
