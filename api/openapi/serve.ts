import type { FastifyInstance } from "fastify";
import { openApiDocument } from "./document.ts";

/** The document is made when somebody first asks for it. */
export function serveOpenApi(app: FastifyInstance): void {
  let text: string | undefined;
  app.get("/openapi.json", (_request, reply) => {
    text ??= JSON.stringify(openApiDocument());
    return reply.type("application/json; charset=utf-8").send(text);
  });
}
