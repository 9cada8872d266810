import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { once } from "node:events";

export interface RefusingS3 {
  readonly endpoint: string;
  /** So many puts of a pointer that are under a condition are refused from now on, as S3 does where it does not hold. */
  refuse(times: number): void;
  readonly refused: number;
  close(): Promise<void>;
}

const refusal = `<?xml version="1.0" encoding="UTF-8"?>
<Error><Code>PreconditionFailed</Code><Message>At least one of the pre-conditions you specified did not hold</Message></Error>`;

/** Stands before an S3 server, and hands everything on but for what it is told to refuse. */
export async function openRefusingS3(endpoint: string): Promise<RefusingS3> {
  let waiting = 0;
  let refused = 0;
  const server = createServer((incoming, response) => {
    const { method, url = "", headers } = incoming;
    const isConditional = "if-match" in headers || "if-none-match" in headers;
    if (method === "PUT" && url.includes("/_manifest.json") && isConditional && waiting > 0) {
      waiting -= 1;
      refused += 1;
      incoming.resume().on("end", () => {
        response.writeHead(412, { "content-type": "application/xml" }).end(refusal);
      });
      return;
    }
    const onwards = request(new URL(url, endpoint), { method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(response);
    });
    onwards.on("error", () => response.destroy());
    incoming.pipe(onwards);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    refuse: (times) => {
      waiting = times;
      refused = 0;
    },
    get refused() {
      return refused;
    },
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}
