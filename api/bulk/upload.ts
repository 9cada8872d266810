import { createHash } from "node:crypto";
import { ShopError, vendorNotFound } from "../errors.ts";
import type { Acting } from "../postgres/acting.ts";
import { skuTaken } from "../postgres/inventory.ts";
import type { ConnectionPool, Transaction } from "../postgres/pool.ts";
import { refusingTaken } from "../postgres/refused-change.ts";
import * as uploads from "../postgres/uploads.ts";
import type { ReachKillPoint } from "../checkout/kill-points.ts";
import { STOCK_WHEN_UNCOUNTED } from "../schema/inputs/inventory.ts";
import { HeaderError } from "./csv-header.ts";
import type { ItemLine, RejectedLine } from "./item-line.ts";
import { readLines, type LineFormat } from "./read-lines.ts";

/** Rejected lines that an answer lists; all are counted. */
const LISTED_REJECTS = 1_000;
const STAGED_AT_ONCE = 1_000;

export interface UploadRequest {
  vendorId: number;
  format: LineFormat;
  body: AsyncIterable<Buffer>;
  /** Whether one bad line refuses all. */
  allOrNothing: boolean;
  idempotencyKey: string | undefined;
  acting: Acting;
  maximumBytes: number;
  maximumLines: number;
}

export interface UploadStores {
  pool: ConnectionPool;
  reachKillPoint: ReachKillPoint;
}

/** Status 201, or 422 where all or nothing was asked for and some lines are bad. */
export interface UploadAnswer {
  status: number;
  answer: unknown;
}

/**
 * Lists, and by their sku changes, a vendor's items from a body of lines, in one transaction. With an idempotency key
 * the first answer is the answer for ever.
 */
export async function uploadInventory(
  stores: UploadStores,
  request: UploadRequest,
): Promise<UploadAnswer> {
  const applied = stores.pool.tx(async (transaction) => {
    const staged = await stage(transaction, request);
    await uploads.lockUploads(transaction, request.vendorId);
    const answer =
      (await earlierAnswer(transaction, request, staged)) ??
      (await apply(transaction, request, staged));
    stores.reachKillPoint("before-upload-commit");
    return answer;
  });
  const answer = await refusingTaken(applied, () => skuTaken(null));
  stores.reachKillPoint("after-upload-commit");
  return answer;
}

interface Staged {
  lines: number;
  rejected: number;
  rejects: RejectedLine[];
  requestHash: string;
}

function tooLarge(limit: string): ShopError {
  return new ShopError("UPLOAD_TOO_LARGE", `The upload has more than ${limit}.`, {
    hint: "Send it in parts.",
  });
}

async function stage(transaction: Transaction, request: UploadRequest): Promise<Staged> {
  const { format, allOrNothing, maximumLines } = request;
  const hash = createHash("sha256").update(JSON.stringify([format, allOrNothing]));
  async function* counted() {
    let bytes = 0;
    for await (const chunk of request.body) {
      bytes += chunk.length;
      if (bytes > request.maximumBytes) throw tooLarge(`${request.maximumBytes} bytes`);
      hash.update(chunk);
      yield chunk;
    }
  }
  await uploads.openStage(transaction);
  const rejects: RejectedLine[] = [];
  let lines = 0;
  let rejected = 0;
  let batch: ItemLine[] = [];
  function reject(line: RejectedLine): void {
    rejected += 1;
    if (rejects.length < LISTED_REJECTS) rejects.push(line);
  }
  async function flush(): Promise<void> {
    const twice = await uploads.stageLines(transaction, batch);
    for (const line of twice) reject({ line, reason: "sku: stands on an earlier line" });
    batch = [];
  }
  try {
    for await (const line of readLines(counted(), format)) {
      lines += 1;
      if (lines > maximumLines) throw tooLarge(`${maximumLines} lines`);
      if ("reason" in line) reject(line);
      else batch.push(line);
      if (batch.length === STAGED_AT_ONCE) await flush();
    }
    await flush();
  } catch (error) {
    if (!(error instanceof HeaderError)) throw error;
    throw new ShopError("INPUT_INVALID", error.message, { hint: error.hint });
  }
  rejects.sort((left, right) => left.line - right.line);
  return { lines, rejected, rejects, requestHash: hash.digest("hex") };
}

async function earlierAnswer(
  transaction: Transaction,
  { vendorId, idempotencyKey }: UploadRequest,
  { requestHash }: Staged,
): Promise<UploadAnswer | undefined> {
  if (idempotencyKey === undefined) return undefined;
  const earlier = await uploads.findUpload(transaction, { vendorId, idempotencyKey });
  if (earlier === null) return undefined;
  if (earlier.requestHash === requestHash) return earlier;
  throw new ShopError(
    "IDEMPOTENCY_KEY_REUSED",
    "This idempotency key belongs to an upload of something else.",
    { hint: "Use a new idempotency key for each upload, and repeat a request unchanged." },
  );
}

async function apply(
  transaction: Transaction,
  request: UploadRequest,
  { lines, rejected, rejects, requestHash }: Staged,
): Promise<UploadAnswer> {
  const { vendorId, idempotencyKey, acting } = request;
  if (!(await uploads.isSelling(transaction, vendorId))) throw vendorNotFound(vendorId);
  const counts = { lines, rejected, rejects };
  const refused = request.allOrNothing && rejected > 0;
  const answer: UploadAnswer = refused
    ? {
        status: 422,
        answer: {
          mercado: "UPLOAD_REFUSED",
          message: `${rejected} of ${lines} lines are not good, so none was taken.`,
          hint: "Correct the lines in details.rejects, and send the file with a new idempotency key.",
          details: counts,
        },
      }
    : {
        status: 201,
        answer: {
          ...(await uploads.applyStage(transaction, {
            vendorId,
            defaultStock: STOCK_WHEN_UNCOUNTED,
            acting,
          })),
          ...counts,
        },
      };
  if (idempotencyKey !== undefined) {
    const key = { vendorId, idempotencyKey };
    await uploads.rememberUpload(transaction, key, { requestHash, ...answer });
  }
  return answer;
}
