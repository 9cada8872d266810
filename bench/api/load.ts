import autocannon from "autocannon";

/** What passes from one step of a connection's sequence to the next. */
export interface Sequence {
  began?: number;
  customer?: number;
  key?: string;
  cart?: { version: number; totalPrice: string };
}

export interface BenchRequest {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface Step {
  /** Undefined when an earlier step has failed: the sequence begins anew. */
  readonly prepare: (sequence: Sequence) => BenchRequest | undefined;
  readonly read?: (body: string, sequence: Sequence) => void;
}

/** The data of tRPC's answer to a single call. */
export function dataOf(body: string): unknown {
  return (JSON.parse(body) as { readonly result: { readonly data: unknown } }).result.data;
}

/** Requests that each connection sends one after the other, again and again; together they are one unit. */
export type Phase = readonly Step[];

export interface LoadOptions {
  readonly url: string;
  readonly connections: number;
  readonly seconds: number;
}

export interface Measured {
  readonly units: number;
  readonly perSecond: number;
  /** Milliseconds from the first step's sending to the last one's answer. */
  readonly p50: number;
  readonly p99: number;
  /** Answers other than 2xx, broken connections, and answers that took more than 10 s. */
  readonly errors: number;
}

/** Sends a phase for so long, and then stops listening: what was sent last is never heard of. */
export async function measure(phase: Phase, options: LoadOptions): Promise<Measured> {
  const { url, connections, seconds } = options;
  const times: number[] = [];
  const began = performance.now();
  const result = await autocannon({
    url,
    connections,
    duration: seconds,
    timeout: 10,
    requests: phase.map((step, index) => ({
      setupRequest: (request, context) => {
        const sequence = context as Sequence;
        if (index === 0) sequence.began = performance.now();
        const prepared = step.prepare(sequence);
        // Its types do not know that nothing may be returned, which begins the sequence anew.
        if (prepared === undefined) return undefined as unknown as autocannon.Request;
        const { headers = {}, ...rest } = prepared;
        return { ...request, ...rest, headers: { ...headers } };
      },
      onResponse: (status, body, context) => {
        if (status >= 300) return;
        const sequence = context as Sequence;
        step.read?.(body, sequence);
        if (index === phase.length - 1) times.push(performance.now() - (sequence.began ?? 0));
      },
    })),
  });
  const took = (performance.now() - began) / 1_000;
  times.sort((one, other) => one - other);
  const at = (share: number) => times[Math.floor(times.length * share)] ?? Number.NaN;
  return {
    units: times.length,
    perSecond: times.length / Math.min(took, result.duration),
    p50: at(0.5),
    p99: at(0.99),
    errors: result.errors + result.non2xx,
  };
}
