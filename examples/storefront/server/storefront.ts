import { readFile } from "node:fs/promises";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const PAGE = new URL("../page/", import.meta.url);

interface File {
  type: string;
  body: string;
}

/** What the browser gets, by path: the page, its style and one script. */
async function buildPage(): Promise<Map<string, File>> {
  const bundle = await build({
    entryPoints: [fileURLToPath(new URL("main.ts", PAGE))],
    bundle: true,
    write: false,
    format: "esm",
    target: "es2022",
    logLevel: "silent",
  });
  const read = (name: string) => readFile(new URL(name, PAGE), "utf8");
  const html = await read("index.html");
  const style = await read("style.css");
  const icon = await read("icon.svg");
  return new Map([
    ["/", { type: "text/html; charset=utf-8", body: html }],
    ["/style.css", { type: "text/css; charset=utf-8", body: style }],
    ["/icon.svg", { type: "image/svg+xml", body: icon }],
    [
      "/page.js",
      { type: "text/javascript; charset=utf-8", body: bundle.outputFiles[0]?.text ?? "" },
    ],
  ]);
}

/** The page loads its own files, calls the shop, and does nothing else. */
function headersFor(shopUrl: string): Record<string, string> {
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    `connect-src 'self' ${new URL(shopUrl).origin}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ];
  return {
    "content-security-policy": policy.join("; "),
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
  };
}

export interface Person {
  name: string;
  token: string;
}

export interface StorefrontOptions {
  /** Where the browser reaches the shop's API; asked for with each page. */
  shopUrl: () => string;
  /** Default 0: a free one. */
  port?: number;
  /** Whom the page offers to sign in as; for development only, since it gives their tokens away. Default nobody. */
  people?: () => Promise<Person[]>;
}

export interface Storefront {
  /** The page's origin, which the API must allow (MERCADO_API_CORS_ORIGINS). */
  url: string;
  close(): Promise<void>;
}

/** Serves the page on 127.0.0.1, and to that name alone. */
export async function serveStorefront(options: StorefrontOptions): Promise<Storefront> {
  const files = await buildPage();
  const answer = async (path: string, response: ServerResponse): Promise<void> => {
    const shopUrl = options.shopUrl();
    const headers = headersFor(shopUrl);
    const file = files.get(path);
    if (file !== undefined) {
      response
        .writeHead(200, { ...headers, "content-type": file.type })
        .end(file.body.replace("%SHOP_URL%", shopUrl));
    } else if (path === "/people.json") {
      const people = (await options.people?.()) ?? [];
      const type = { "content-type": "application/json; charset=utf-8" };
      response.writeHead(200, { ...headers, ...type }).end(JSON.stringify(people));
    } else {
      response.writeHead(404, headers).end();
    }
  };
  const server = createServer((request, response) => {
    const { port } = server.address() as AddressInfo;
    // A name of another that leads here must not read the tokens.
    if (request.headers.host !== `127.0.0.1:${port}`) {
      response.writeHead(421).end(`Open http://127.0.0.1:${port}/ instead.\n`);
      return;
    }
    const { pathname } = new URL(request.url ?? "/", `http://127.0.0.1:${port}`);
    answer(pathname, response).catch(() => response.writeHead(500).end());
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port ?? 0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
