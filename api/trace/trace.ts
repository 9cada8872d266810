import { randomBytes, randomUUID } from "node:crypto";

/** What one request is known by, in the log, in its answer, and on the way to the databases. */
export interface Trace {
  /** The caller's `x-request-id`, or one made here. */
  readonly requestId: string;
  /** W3C trace context: 32 hexadecimal digits. */
  readonly traceId: string;
  /** This service's part in it: 16 hexadecimal digits. */
  readonly spanId: string;
  /** `01` when the caller records this trace. */
  readonly flags: string;
  /** What other systems pass along; undefined without a caller's `traceparent`. */
  readonly state: string | undefined;
}

export interface TraceHeaders {
  readonly "x-request-id"?: string | undefined;
  readonly traceparent?: string | undefined;
  readonly tracestate?: string | undefined;
}

/** Whatever a caller sends here stands in every line of the log: no blanks, no `@`, nothing to break out with. */
const REQUEST_ID = /^[\w.:-]{1,64}$/;
const TRACE_PARENT = /^(?!ff)[\da-f]{2}-(?!0{32})([\da-f]{32})-(?!0{16})[\da-f]{16}-([\da-f]{2})/;
const TRACE_STATE = /^[\x20-\x7e]{1,512}$/;

/** The trace that these headers carry on; what is missing or malformed in them is made anew. */
export function startTrace(headers: TraceHeaders): Trace {
  const given = headers["x-request-id"];
  const requestId = given !== undefined && REQUEST_ID.test(given) ? given : randomUUID();
  const [, traceId, flags = "00"] = TRACE_PARENT.exec(headers.traceparent ?? "") ?? [];
  const { tracestate } = headers;
  const known = traceId !== undefined && tracestate !== undefined && TRACE_STATE.test(tracestate);
  return {
    requestId,
    traceId: traceId ?? randomBytes(16).toString("hex"),
    spanId: newSpanId(),
    flags,
    state: known ? tracestate : undefined,
  };
}

function newSpanId(): string {
  return randomBytes(8).toString("hex");
}

/** The headers with which a call to another service becomes part of the trace. */
export function outgoingHeaders(trace: Trace): Record<string, string> {
  return {
    traceparent: `00-${trace.traceId}-${trace.spanId}-${trace.flags}`,
    ...(trace.state === undefined ? {} : { tracestate: trace.state }),
    "x-request-id": trace.requestId,
  };
}
