import type { FastifyInstance } from "fastify";
import { tracedPool } from "../postgres/traced-pool.ts";
import { checkReadiness, type ReadinessStores } from "../readiness.ts";

/** `/health`: the process answers. `/ready`: it can serve; what watches it should send it requests. */
export function serveHealth(
  app: FastifyInstance,
  { pool, table }: ReadinessStores,
  isStopping: () => boolean,
): void {
  app.get("/health", () => ({ status: "ok" }));
  app.get("/ready", async (request, reply) => {
    if (isStopping()) return reply.code(503).send({ status: "stopping" });
    const readiness = await checkReadiness({
      pool: tracedPool(pool, request.trace),
      table: { ...table, trace: request.trace },
    });
    return reply.code(readiness.status === "ready" ? 200 : 503).send(readiness);
  });
}
