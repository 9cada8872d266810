import { beforeAll, describe, expect, test } from "@jest/globals";
import { Validator } from "@seriousme/openapi-schema-validator";
import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { UPLOAD_FORMATS } from "../bulk/request.ts";
import { REST_ROUTES } from "../rest/routes.ts";
import { appRouter } from "../router.ts";
import { useTestShop } from "../testing/use-test-shop.ts";
import { EXAMPLES, REST_EXAMPLES } from "./examples.ts";
import { listProcedures } from "./json-schema.ts";
import { OUTPUTS } from "./outputs.ts";
import { openApiPath } from "./rest-paths.ts";

interface Operation {
  operationId?: string;
  summary: string;
  parameters?: { name: string; in: string; required: boolean; content?: Content }[];
  requestBody?: { content: Content };
  responses: Record<string, { content?: Content }>;
}
type Content = Record<string, { schema: object; example?: unknown }>;
interface Document {
  openapi: string;
  paths: Record<string, Record<string, Operation>>;
}

const PROCEDURES = Object.keys(appRouter._def.procedures);

const shop = useTestShop();
let document: Document;
beforeAll(async () => {
  document = (await (await fetch(`${shop.url}/openapi.json`)).json()) as Document;
});

const ajv = new Ajv2020({ strict: false });
addFormats.default(ajv);

function schemaErrors(schema: object | undefined, value: unknown): unknown {
  const validate = ajv.compile(schema ?? false);
  return validate(value) ? [] : validate.errors;
}

function operationOf(path: string, method: string): Operation {
  const operation = document.paths[path]?.[method];
  if (operation === undefined) throw new Error(`${method} ${path} is not in the document`);
  return operation;
}

function schemaOfAnswer(operation: Operation, status: number): object | undefined {
  return operation.responses[String(status)]?.content?.["application/json"]?.schema;
}

test("the document is OpenAPI 3.1 without a fault", async () => {
  const validator = new Validator();
  const copy = JSON.parse(JSON.stringify(document)) as Record<string, unknown>;
  expect(await validator.validate(copy)).toEqual({ valid: true });
  expect(validator.version).toBe("3.1");
});

test("every procedure and every REST path is in it, and nothing that is not served", async () => {
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method} ${path}`),
  );
  const procedures = listProcedures().map(
    ({ path, type }) => `${type === "query" ? "get" : "post"} /trpc/${path}`,
  );
  const rest = REST_ROUTES.map(
    (route) => `${route.method.toLowerCase()} ${openApiPath(route.path)}`,
  );
  const operational = ["post /inventory/bulk", "get /health", "get /ready", "get /openapi.json"];
  expect(operations.sort()).toEqual([...procedures, ...rest, ...operational].sort());
  for (const path of ["/health", "/ready"]) {
    expect((await fetch(`${shop.url}${path}`)).status).toBe(200);
  }
});

test("every operation has a name of its own, a summary, and an answer that is described", () => {
  const all = Object.values(document.paths).flatMap((methods) => Object.values(methods));
  const described = all.filter(({ operationId }) => operationId !== undefined);
  expect(new Set(described.map(({ operationId }) => operationId)).size).toBe(described.length);
  expect(PROCEDURES.filter((path) => !(path in EXAMPLES))).toEqual([]);
  expect(PROCEDURES.filter((path) => !(path in OUTPUTS))).toEqual([]);
  expect(Object.keys(EXAMPLES).filter((path) => !PROCEDURES.includes(path))).toEqual([]);
});

describe("its examples", () => {
  test("of the procedures run, and are answered as it says", async () => {
    // A version never comes back, so no example can know it.
    let shown = {};
    for (const [path, { input }] of Object.entries(EXAMPLES)) {
      const method = document.paths[`/trpc/${path}`]?.["get"] === undefined ? "post" : "get";
      const operation = operationOf(`/trpc/${path}`, method);
      const content = operation.requestBody?.content ?? operation.parameters?.[0]?.content;
      const { schema, example } = content?.["application/json"] ?? {};
      expect([path, example]).toEqual([path, input]);
      if (schema !== undefined) expect([path, schemaErrors(schema, input)]).toEqual([path, []]);
      const sent = path === "checkout.create" ? { ...(input as object), ...shown } : input;
      const query = method === "get" ? `?input=${encodeURIComponent(JSON.stringify(sent))}` : "";
      const response = await fetch(`${shop.url}/trpc/${path}${query}`, {
        method,
        headers: { "content-type": "application/json" },
        ...(method === "get" || sent === undefined ? {} : { body: JSON.stringify(sent) }),
      });
      const body: unknown = await response.json();
      if (path === "cart.get") {
        const { result } = body as { result: { data: { version: number } } };
        shown = { cartVersion: result.data.version };
      }
      expect([path, response.status, body]).toEqual([path, 200, expect.anything()]);
      expect([path, schemaErrors(schemaOfAnswer(operation, 200), body)]).toEqual([path, []]);
    }
  });

  test("of the REST paths run, and are answered as it says", async () => {
    expect(Object.keys(REST_EXAMPLES)).toEqual(
      REST_ROUTES.map(({ method, path }) => `${method} ${path}`),
    );
    for (const { method, path, status } of REST_ROUTES) {
      const { url, body } = REST_EXAMPLES[`${method} ${path}`]!;
      const operation = operationOf(openApiPath(path), method.toLowerCase());
      const schema = operation.requestBody?.content["application/json"]?.schema;
      if (schema !== undefined) expect([path, schemaErrors(schema, body)]).toEqual([path, []]);
      const response = await fetch(`${shop.url}${url}`, {
        method,
        headers: { "content-type": "application/json" },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const answer: unknown = await response.json();
      expect([method, path, response.status, answer]).toEqual([
        method,
        path,
        status,
        expect.anything(),
      ]);
      expect([path, schemaErrors(schemaOfAnswer(operation, status), answer)]).toEqual([path, []]);
    }
  });

  test("of an upload run in each form, and are answered as it says, also when it is refused", async () => {
    const operation = operationOf("/inventory/bulk", "post");
    const upload = async (type: string, body: string, query = "vendor_id=1") => {
      const response = await fetch(`${shop.url}/inventory/bulk?${query}`, {
        method: "POST",
        headers: { "content-type": type },
        body,
      });
      return { status: response.status, answer: await response.json() };
    };
    const content = Object.entries(operation.requestBody?.content ?? {});
    expect(content.map(([type]) => type)).toEqual(Object.keys(UPLOAD_FORMATS));
    for (const [type, { example }] of content) {
      const { status, answer } = await upload(type, String(example));
      expect([type, status]).toEqual([type, 201]);
      expect(schemaErrors(schemaOfAnswer(operation, 201), answer)).toEqual([]);
    }
    const names = operation.parameters?.map(({ name }) => name);
    expect(names).toEqual(["vendor_id", "all_or_nothing", "idempotency-key"]);
    const query = "vendor_id=1&all_or_nothing=true";
    expect(await upload("text/csv", "item_name,category,price\n,,\n", query)).toMatchObject({
      status: 422,
      answer: { mercado: "UPLOAD_REFUSED" },
    });
  });

  test("of a failure are of the shape that it says", async () => {
    const failures = document as unknown as {
      components: { schemas: { Failure: object; TrpcFailure: object } };
    };
    const { Failure, TrpcFailure } = failures.components.schemas;
    const rest: unknown = await (await fetch(`${shop.url}/customers/999`)).json();
    expect(schemaErrors(Failure, rest)).toEqual([]);
    const trpc: unknown = await (await fetch(`${shop.url}/trpc/customer.get`)).json();
    expect(schemaErrors(TrpcFailure, trpc)).toEqual([]);
  });
});
