import { expect, test } from "@jest/globals";
import { outgoingHeaders, startTrace } from "./trace.ts";

const PARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

test("a caller's trace and request id are carried on, with a span of our own", () => {
  const headers = { "x-request-id": "order-7", traceparent: PARENT, tracestate: "vendor=x" };
  const sent = outgoingHeaders(startTrace(headers));
  expect(sent).toEqual({
    "x-request-id": "order-7",
    traceparent: expect.stringMatching(/^00-4bf92f3577b34da6a3ce929d0e0e4736-[\da-f]{16}-01$/),
    tracestate: "vendor=x",
  });
  expect(sent["traceparent"]).not.toBe(PARENT);
});

test.each([
  [undefined],
  [""],
  ["00-00000000000000000000000000000000-00f067aa0ba902b7-01"],
  ["00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01"],
  ["ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"],
  ["00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01"],
  ["ada@example.com"],
])("the traceparent %j is no parent: a trace begins here, without a state", (traceparent) => {
  const trace = startTrace({ traceparent, tracestate: "vendor=x" });
  expect(trace.traceId).toMatch(/^[\da-f]{32}$/);
  expect(trace.traceId).not.toContain("4bf92f");
  expect(trace.state).toBeUndefined();
});

test.each(["ada@example.com", "a b", "x\ny", "x".repeat(65), "<script>", ""])(
  "the request id %j would spoil the log and is replaced",
  (id) => {
    expect(startTrace({ "x-request-id": id }).requestId).toMatch(/^[\da-f-]{36}$/);
  },
);
