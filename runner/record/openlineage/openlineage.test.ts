import { afterAll, expect, test } from "@jest/globals";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { RunEvent, StepOutcome } from "../../core/event.ts";
import { customerSource, lineageOfTexts } from "../../lineage/testing/text-lineage.ts";
import { openLineageListener } from "./listener.ts";
import { eventSchema } from "./testing/event-schema.ts";

const folder = mkdtempSync(join(tmpdir(), "mercado-openlineage-"));
const servers: Server[] = [];
afterAll(() => {
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
  rmSync(folder, { recursive: true });
});

const texts = {
  "sources/oltp.yml": customerSource("name: email, type: text, description: E."),
  "models/gold/contact.sql": `select lower(email) as mail, case when id = 1 then 2 end as n from {{source "oltp.customer"}} where id > 0`,
  "models/gold/contact.yml": `description: D.
grain: G.
materialized: table
columns:
  - { name: mail, type: varchar, description: M. }
  - { name: n, type: integer, description: N. }
`,
};

function outcome(id: string, rest: Partial<StepOutcome> = {}): RunEvent {
  const all: StepOutcome = { id, kind: "model", status: "ok", milliseconds: 1, ...rest };
  return { type: "step_finished", outcome: all };
}

const zero = { extract: 0, seed: 0, model: 0, unit_test: 0, test: 0, hook: 0 };
const failed = {
  status: "failed",
  diagnostic: { code: "SQL_FAILED", message: "No." },
} satisfies Partial<StepOutcome>;

const run: readonly RunEvent[] = [
  {
    type: "run_started",
    runId: "20261123-1",
    startedAt: "2026-11-23T00:00:00Z",
    command: "build",
    target: "local",
    environment: "production",
    steps: zero,
  },
  { type: "step_started", id: "extract.oltp", kind: "extract" },
  outcome("extract.oltp", { kind: "extract" }),
  { type: "step_started", id: "gold.contact", kind: "model" },
  outcome("gold.contact"),
  { type: "step_started", id: "test.one", kind: "test" },
  outcome("test.one", { kind: "test", ...failed }),
  outcome("test.two", { kind: "test", status: "skipped" }),
  {
    type: "run_finished",
    runId: "20261123-1",
    status: "failed",
    milliseconds: 1,
    counts: { ok: 2, warned: 0, failed: 1, skipped: 1 },
  },
];

type Destination = Parameters<typeof openLineageListener>[1];

/** The notes of a run that is told there. */
async function tell(destination: Destination): Promise<readonly string[]> {
  const { lineage } = await lineageOfTexts(texts);
  const notes: string[] = [];
  const emit = openLineageListener(
    {
      namespace: "shop",
      project: "mercado",
      lineage,
      typeOf: () => "varchar",
      now: () => "2026-11-23T00:00:01.000Z",
    },
    destination,
    (event) => {
      if (event.type === "note") notes.push(event.message);
      return Promise.resolve();
    },
  );
  for (const event of run) await emit(event);
  return notes;
}

interface Received {
  readonly eventType: string;
  readonly run: { readonly runId: string; readonly facets: Record<string, object> };
  readonly job: { readonly name: string };
  readonly outputs: readonly { readonly name: string; readonly facets: Record<string, object> }[];
}

async function serve(
  answer: (request: IncomingMessage, body: string, response: ServerResponse) => void,
): Promise<string> {
  const server = createServer((request, response) => {
    let body = "";
    request.setEncoding("utf8").on("data", (text: string) => (body += text));
    request.on("end", () => {
      answer(request, body, response);
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/v1/lineage`;
}

test("a server of OpenLineage gets each step's beginning and end, as its schema wants them, with the columns' origins", async () => {
  const received: Received[] = [];
  const keys = new Set<string | undefined>();
  const url = await serve((request, body, response) => {
    keys.add(request.headers.authorization);
    received.push(JSON.parse(body) as Received);
    response.writeHead(201).end();
  });
  expect(await tell({ url, apiKey: "secret" })).toEqual([]);
  expect([...keys]).toEqual(["Bearer secret"]);
  const isValid = eventSchema();
  for (const event of received) {
    isValid(event);
    expect(isValid.errors ?? []).toEqual([]);
  }
  expect(received.map(({ eventType, job }) => `${eventType} ${job.name}`)).toEqual([
    "START mercado.local.production",
    "START mercado.extract.oltp",
    "COMPLETE mercado.extract.oltp",
    "START mercado.gold.contact",
    "COMPLETE mercado.gold.contact",
    "START mercado.test.one",
    "FAIL mercado.test.one",
    "FAIL mercado.local.production",
  ]);
  expect(new Set(received.map((event) => event.run.runId)).size).toBe(4);
  const [contact] = received[4]?.outputs ?? [];
  const direct = { namespace: "shop", name: "raw.customer" };
  expect(contact?.facets.columnLineage).toMatchObject({
    fields: {
      mail: {
        inputFields: [
          {
            ...direct,
            field: "email",
            transformations: [{ type: "DIRECT", subtype: "TRANSFORMATION" }],
          },
        ],
      },
      n: {
        inputFields: [
          {
            ...direct,
            field: "id",
            transformations: [{ type: "INDIRECT", subtype: "CONDITIONAL" }],
          },
        ],
      },
    },
    dataset: [
      { ...direct, field: "id", transformations: [{ type: "INDIRECT", subtype: "FILTER" }] },
    ],
  });
  expect(received[2]?.outputs.map(({ name }) => name)).toEqual(["raw.customer"]);
});

test("in a file stands one event a line", async () => {
  const file = join(folder, "events.ndjson");
  expect(await tell({ file })).toEqual([]);
  const lines = readFileSync(file, "utf8").trimEnd().split("\n");
  expect(lines.map((line) => (JSON.parse(line) as Received).eventType)).toHaveLength(8);
});

test.each([
  [
    "refuses them",
    async () => serve((_request, _body, response) => void response.writeHead(500).end()),
  ],
  ["is not there", () => Promise.resolve("http://127.0.0.1:9/api/v1/lineage")],
])("a run goes on when the server %s, and says so once at its end", async (_what, address) => {
  const notes = await tell({ url: await address() });
  expect(notes).toEqual([
    expect.stringMatching(/^8 OpenLineage events could not be delivered to http/),
  ]);
});

test("a server that never answers holds a run's end up for seconds and no longer", async () => {
  const url = await serve(() => undefined);
  const begin = performance.now();
  const notes = await tell({ url, timeoutMilliseconds: 100 });
  expect(performance.now() - begin).toBeLessThan(5_000);
  expect(notes).toHaveLength(1);
});
