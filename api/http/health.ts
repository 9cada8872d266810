import type { FastifyInstance } from "fastify";
import { checkReadiness, type ReadinessStores } from "../readiness.ts";
import { tracedStores } from "./traced-stores.ts";

/** `/health`: the process answers. `/ready`: it can serve; what watches it should send it requests. */
export function serveHealth(
  app: FastifyInstance,
  stores: ReadinessStores,
  isStopping: () => boolean,
): void {
  app.get("/health", () => ({ status: "ok" }));
  app.get("/ready", async (request, reply) => {
    if (isStopping()) return reply.code(503).send({ status: "stopping" });
    const readiness = await checkReadiness(tracedStores(stores, request.trace));
    return reply.code(readiness.status === "ready" ? 200 : 503).send(readiness);
  });
}
