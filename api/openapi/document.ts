import { bulkPath, uploadSchemas } from "./bulk-path.ts";
import { failureAnswers, failureSchemas } from "./failures.ts";
import { restPaths } from "./rest-paths.ts";
import { trpcPaths } from "./trpc-paths.ts";

const DESCRIPTION = `The shop's procedures for callers without TypeScript, and the REST paths of its first API.

A query is called with GET and its input as JSON in the URL, a mutation with POST and its input as the body:

    curl -G http://127.0.0.1:8000/trpc/inventory.search --data-urlencode 'input={"itemName":"lamp"}'
    curl http://127.0.0.1:8000/trpc/cart.put -H 'content-type: application/json' \\
      -d '{"userId":1,"lines":[{"itemId":1,"quantity":2}]}'

The answer stands in \`result.data\`, a failure in \`error.data\`: \`mercado\` is its stable code. Money is an exact decimal in a
string, never a float; instants are UTC with six decimals. Every list has pages: pass \`nextCursor\` as \`cursor\` until it is
null. Every answer has the header \`x-request-id\`, which the log knows.`;

function healthPath(summary: string, failure: string) {
  return {
    get: {
      tags: ["Operation"],
      summary,
      security: [{}],
      responses: { "200": { description: "Yes." }, "503": { description: failure } },
    },
  };
}

/** OpenAPI 3.1, made of the procedures' own schemas. */
export function openApiDocument(): object {
  return {
    openapi: "3.1.0",
    info: {
      title: "Mercado's shop",
      version: "1",
      description: DESCRIPTION,
      license: { name: "MIT", identifier: "MIT" },
    },
    servers: [{ url: "/" }],
    paths: {
      ...trpcPaths(),
      ...restPaths(),
      ...bulkPath(),
      "/health": healthPath("Does the process answer?", "Never: there is no answer then."),
      "/ready": healthPath("Can it serve?", "A database is away, or the service is stopping."),
      "/openapi.json": healthPath("This document.", "Never."),
    },
    components: {
      securitySchemes: {
        bearer: {
          type: "http",
          scheme: "bearer",
          bearerFormat: "JWT",
          description:
            "A signed token with the claim role: customer (with customer_id), vendor (with vendor_id) or admin.",
        },
      },
      schemas: { ...failureSchemas, ...uploadSchemas },
      responses: failureAnswers,
    },
  };
}
