import type { FastifyInstance } from "fastify";
import { ShopError } from "../errors.ts";
import { describeFailure } from "../failures.ts";
import { sendFailure } from "./failure-answer.ts";

const LOOPBACK = /^((localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?|::1)$/i;

/** Whether `host` (of a URL or a header Host, with or without a port) names this machine to itself. */
export function isLoopback(host: string): boolean {
  return LOOPBACK.test(host);
}

function isLoopbackOrigin(origin: string): boolean {
  return URL.canParse(origin) && isLoopback(new URL(origin).hostname);
}

/**
 * Where a call without a token is an admin's, any page that a browser on this machine has open could be that admin: by a
 * request across origins, or by a name of its own that resolves to 127.0.0.1. Both give themselves away in a header.
 */
export function refuseForeignPages(app: FastifyInstance, origins: readonly string[]): void {
  app.addHook("onRequest", (request, reply, done) => {
    const { host = "", origin } = request.headers;
    const foreign = !isLoopback(host)
      ? { what: "The header Host names another machine", instead: "Call it as http://127.0.0.1" }
      : origin !== undefined && !isLoopbackOrigin(origin) && !origins.includes(origin)
        ? {
            what: "The header Origin names a page of another machine",
            instead: "Name that origin in MERCADO_API_CORS_ORIGINS",
          }
        : undefined;
    if (foreign === undefined) {
      done();
      return;
    }
    const failure = new ShopError(
      "FORBIDDEN",
      `${foreign.what}; without a key the shop serves its own.`,
      {
        hint: `${foreign.instead}, or start the shop with a key, MERCADO_API_SECRET or MERCADO_API_JWKS_URL; .env.example describes them.`,
      },
    );
    void sendFailure(reply, 403, describeFailure(failure));
  });
}
