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
      ? "The header Host names another machine"
      : origin !== undefined && !isLoopbackOrigin(origin) && !origins.includes(origin)
        ? "The header Origin names a page of another machine"
        : undefined;
    if (foreign === undefined) {
      done();
      return;
    }
    const failure = new ShopError(
      "FORBIDDEN",
      `${foreign}; without a key the shop serves its own.`,
      {
        hint: "Call it as http://127.0.0.1, or configure a key (npm run token says how).",
      },
    );
    void sendFailure(reply, 403, describeFailure(failure));
  });
}
