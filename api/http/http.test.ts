import { connect } from "node:net";
import { beforeAll, describe, expect, test } from "@jest/globals";
import { startApi, type Api } from "../server.ts";
import { useTestShop } from "../testing/use-test-shop.ts";

const shop = useTestShop(() => small.close());
let small: Api;
beforeAll(async () => {
  const { postgresUrl, dynamodb } = shop;
  const limits = { bodyBytes: 2_000, batchSize: 3, headersTimeout: 300, requestTimeout: 600 };
  small = await startApi({ postgresUrl, dynamodb, limits });
});

function post(url: string, body: string, type = "application/json") {
  return fetch(url, { method: "POST", headers: { "content-type": type }, body });
}

/** Sends these bytes, and nothing more; what comes back until the connection ends. */
function converse(url: string, bytes: string): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => socket.write(bytes));
    let received = "";
    socket.on("data", (chunk) => (received += chunk.toString()));
    socket.on("close", () => {
      resolve(received);
    });
    socket.on("error", reject);
  });
}

describe("every answer", () => {
  test("names the request id that its caller sent, or one of its own", async () => {
    const sent = await fetch(`${shop.url}/health`, { headers: { "x-request-id": "order-7" } });
    expect(sent.headers.get("x-request-id")).toBe("order-7");
    const made = await fetch(`${shop.url}/nowhere`);
    const id = made.headers.get("x-request-id");
    expect(id).toMatch(/^[\da-f-]{36}$/);
    expect(await made.json()).toMatchObject({ mercado: "NOT_FOUND", requestId: id });
  });

  test("of a failed procedure names the request id, too", async () => {
    const answer = await fetch(`${shop.url}/trpc/vendor.get?input=%7B%22id%22:999%7D`, {
      headers: { "x-request-id": "lookup-1" },
    });
    expect(await answer.json()).toMatchObject({
      error: { data: { mercado: "VENDOR_NOT_FOUND", requestId: "lookup-1" } },
    });
    const stranger = await fetch(`${shop.url}/trpc/vendor.get?input=%7B%22id%22:999%7D`, {
      headers: { "x-request-id": "lookup-2", authorization: "Bearer nobody's" },
    });
    expect(await stranger.json()).toMatchObject({
      error: { data: { mercado: "TOKEN_INVALID", requestId: "lookup-2" } },
    });
  });

  test("carries headers that keep a browser from taking it for a page", async () => {
    const { headers } = await fetch(`${shop.url}/health`);
    expect(headers.get("content-security-policy")).toBe(
      "default-src 'none';frame-ancestors 'none'",
    );
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("x-powered-by")).toBeNull();
    expect(headers.get("server")).toBeNull();
  });
});

describe("a request beyond a limit is refused with a failure of the usual shape", () => {
  const wide = JSON.stringify({ vendorName: "x".repeat(3_000) });
  const deep = `${"[".repeat(33)}${"]".repeat(33)}`;
  test.each<[name: string, status: number, request: (url: string) => Promise<Response>]>([
    ["a body too large", 413, (url) => post(`${url}/trpc/vendor.create`, wide)],
    ["a body nested too deeply", 400, (url) => post(`${url}/trpc/vendor.create`, deep)],
    ["a body that is no JSON", 400, (url) => post(`${url}/trpc/vendor.create`, "{broken")],
    ["a form", 415, (url) => post(`${url}/trpc/vendor.create`, "a=b", "multipart/form-data")],
    ["bytes", 415, (url) => post(`${url}/trpc/vendor.create`, "a", "application/octet-stream")],
    ["too many calls", 400, (url) => fetch(`${url}/trpc/a.b,a.b,a.b,a.b?batch=1`)],
    ["a URL too long", 414, (url) => fetch(`${url}/trpc/vendor.get?input=${"x".repeat(9_000)}`)],
    ["a path that cannot be decoded", 400, (url) => fetch(`${url}/%zz`)],
    ["another method", 404, (url) => fetch(`${url}/health`, { method: "DELETE" })],
  ])("%s", async (_name, status, request) => {
    const answer = await request(small.url);
    const body = await answer.text();
    expect({ status: answer.status, body }).toMatchObject({ status });
    expect(answer.headers.get("x-request-id")).not.toBeNull();
    const { error, ...plain } = JSON.parse(body) as {
      error?: { message: string; data: object };
    };
    const failure = error === undefined ? plain : { message: error.message, ...error.data };
    expect(failure).toMatchObject({
      mercado: status === 404 ? "NOT_FOUND" : "INPUT_INVALID",
      message: expect.stringMatching(/\.$/),
      hint: expect.any(String),
      requestId: answer.headers.get("x-request-id"),
    });
    expect(body).not.toMatch(/FST_|node_modules|stack/);
  });

  test("of JSON that nests too deeply it says how deep it may be, and not that it is no JSON", async () => {
    for (const path of ["/trpc/vendor.create", "/vendors/"]) {
      const answer = await (await post(`${small.url}${path}`, deep)).text();
      expect(answer).toContain("The body nests more than 32 levels deep.");
    }
  });

  test("what no path serves is not there, whatever body it has or has not", async () => {
    for (const [method, body] of [
      ["DELETE", undefined],
      ["POST", "{broken"],
    ] as const) {
      const headers = { "content-type": "application/json" };
      const answer = await fetch(`${small.url}/nowhere/1`, {
        method,
        headers,
        ...(body === undefined ? {} : { body }),
      });
      expect(answer.status).toBe(404);
      expect(await answer.json()).toMatchObject({ mercado: "NOT_FOUND" });
    }
  });

  test("headers too large", async () => {
    const answer = await converse(
      small.url,
      `GET /health HTTP/1.1\r\nhost: localhost\r\nx: ${"y".repeat(20_000)}\r\n\r\n`,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 431 /);
    expect(answer).toContain('"mercado":"INPUT_INVALID"');
  });

  test("bytes that are no HTTP", async () => {
    expect(await converse(small.url, "ada@example.com\r\n\r\n")).toMatch(/^HTTP\/1\.1 400 /);
  });

  test.each([
    ["headers", "POST /trpc/vendor.create HTTP/1.1\r\nhost: localhost\r\n"],
    [
      "body",
      "POST /trpc/vendor.create HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 20\r\n\r\n{",
    ],
  ])("a client that never ends its %s is let go", async (_part, bytes) => {
    expect(await converse(small.url, bytes)).toMatch(/^HTTP\/1\.1 408 /);
  });
});

describe("without a key, where everybody on this machine is an admin", () => {
  const foreign = { mercado: "FORBIDDEN" };
  test("a page of another machine cannot call the shop, whatever name it gives itself", async () => {
    const origin = await fetch(`${shop.url}/health`, { headers: { origin: "https://evil.test" } });
    expect(origin.status).toBe(403);
    expect(await origin.json()).toMatchObject({
      ...foreign,
      hint: expect.stringContaining("MERCADO_API_CORS_ORIGINS"),
    });
    const rebound = await converse(
      shop.url,
      "GET /trpc/vendor.search HTTP/1.1\r\nhost: evil.test\r\nconnection: close\r\n\r\n",
    );
    expect(rebound).toMatch(/^HTTP\/1\.1 403 /);
    expect(rebound).toContain("Host names another machine");
    expect(rebound).toMatch(/MERCADO_API_SECRET.*\.env\.example/);
  });

  test("a page of this machine can", async () => {
    const { port } = new URL(shop.url);
    for (const origin of [`http://localhost:${port}`, "http://127.0.0.1:5173", "http://[::1]:1"]) {
      expect((await fetch(`${shop.url}/health`, { headers: { origin } })).status).toBe(200);
    }
  });
});

describe("pages of other origins", () => {
  const PAGE = "https://shop.example";
  function preflight(url: string, origin: string) {
    return fetch(`${url}/trpc/cart.put`, {
      method: "OPTIONS",
      headers: {
        origin,
        "access-control-request-method": "POST",
        "access-control-request-headers": "authorization,content-type,traceparent",
      },
    });
  }

  test("are let in when they are named, and no others", async () => {
    const { postgresUrl, dynamodb } = shop;
    const api = await startApi({ postgresUrl, dynamodb, serving: { corsOrigins: [PAGE] } });
    try {
      const named = await preflight(api.url, PAGE);
      expect(named.headers.get("access-control-allow-origin")).toBe(PAGE);
      expect(named.headers.get("access-control-allow-headers")).toContain("authorization");
      expect(named.headers.get("access-control-allow-credentials")).toBeNull();
      const other = await preflight(api.url, "https://evil.test");
      expect(other.headers.get("access-control-allow-origin")).toBeNull();
    } finally {
      await api.close();
    }
  });

  test("are not let in where none is named", async () => {
    const answer = await preflight(shop.url, "http://localhost:5173");
    expect(answer.headers.get("access-control-allow-origin")).toBeNull();
  });
});
