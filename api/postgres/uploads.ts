import { z } from "zod";
import type { ItemLine } from "../bulk/item-line.ts";
import { setActing, type Acting } from "./acting.ts";
import { many, maybeOne, one, sql, type Transaction } from "./pool.ts";

/** Namespace of the advisory locks under which one upload of a vendor at a time is applied ("uplo" in ASCII). */
const LOCK = 0x75706c6f;
/** Lines that one statement applies: it ends well before it may be cut off, also where the database is busy with others. */
const APPLIED_AT_ONCE = 2_000;

/** Where an upload's good lines wait until all have come: nothing of the shop is locked while a client is sending. */
export async function openStage(transaction: Transaction): Promise<void> {
  await transaction.query(sql`
    create temporary table upload_line (
      line integer primary key, sku text unique, item_name text not null, category integer not null,
      price numeric(10,2) not null, stock integer, item_id integer
    ) on commit drop`);
}

/** Returns the numbers of lines whose sku stands on an earlier line. */
export async function stageLines(
  transaction: Transaction,
  lines: readonly ItemLine[],
): Promise<number[]> {
  const staged = await many(
    transaction,
    z.object({ line: z.int() }),
    sql`insert into upload_line (line, sku, item_name, category, price, stock)
        select * from unnest(
          ${lines.map(({ line }) => line)}::integer[], ${lines.map(({ sku }) => sku)}::text[],
          ${lines.map(({ itemName }) => itemName)}::text[],
          ${lines.map(({ category }) => category)}::integer[],
          ${lines.map(({ price }) => price)}::numeric[], ${lines.map(({ stock }) => stock)}::integer[])
        on conflict (sku) do nothing returning line`,
  );
  const kept = new Set(staged.map(({ line }) => line));
  return lines.filter(({ line }) => !kept.has(line)).map(({ line }) => line);
}

export interface AppliedLines {
  created: number;
  updated: number;
  unchanged: number;
}

export interface Application {
  vendorId: number;
  /** Of a new item whose line names none. */
  defaultStock: number;
  acting: Acting;
}

const isDifferent = sql`(inventory.item_name, inventory.category, inventory.price, inventory.stock)
  is distinct from (upload_line.item_name, upload_line.category, upload_line.price,
    coalesce(upload_line.stock, inventory.stock))`;

/** One upload of a vendor after the other, until the transaction ends. */
export async function lockUploads(transaction: Transaction, vendorId: number): Promise<void> {
  await transaction.query(
    sql`select pg_advisory_xact_lock(${LOCK}::integer, ${vendorId}::integer)`,
  );
}

/** False when there is no such vendor, or an archived one. */
export async function isSelling(transaction: Transaction, vendorId: number): Promise<boolean> {
  const found = await maybeOne(
    transaction,
    z.object({ id: z.int() }),
    sql`select id from vendor where id = ${vendorId} and archived_at is null`,
  );
  return found !== null;
}

/**
 * Lists the staged lines, and changes what the vendor has under their codes. Rows that are for sale are locked last, and
 * in the order of their ids as a checkout does; those that are as the line says are left alone.
 */
export async function applyStage(
  transaction: Transaction,
  { vendorId, defaultStock, acting }: Application,
): Promise<AppliedLines> {
  const { last, known } = await one(
    transaction,
    z.object({ last: z.int(), known: z.int() }),
    sql`with matched as (
          update upload_line set item_id = inventory.id from inventory
          where inventory.vendor_id = ${vendorId} and inventory.sku = upload_line.sku
            and inventory.archived_at is null
          returning 1
        )
        select (select coalesce(max(line), 0) from upload_line) as last,
          (select count(*)::integer from matched) as known`,
  );
  const inParts = async (statement: (range: ReturnType<typeof sql>) => ReturnType<typeof sql>) => {
    let changed = 0;
    for (let start = 0; start <= last; start += APPLIED_AT_ONCE) {
      const range = sql`line > ${start} and line <= ${start + APPLIED_AT_ONCE}`;
      const { count } = await one(
        transaction,
        z.object({ count: z.int() }),
        sql`with changed as (${statement(range)} returning 1)
            select count(*)::integer as count from changed`,
      );
      changed += count;
    }
    return changed;
  };
  const created = await inParts(
    (range) => sql`
      insert into inventory (item_name, category, price, stock, vendor_id, sku)
      select item_name, category, price, coalesce(stock, ${defaultStock}), ${vendorId}, sku
      from upload_line, ${setActing(acting)}
      where item_id is null and ${range} and acting.actor is not null order by line`,
  );
  await transaction.query(sql`
    select inventory.id from inventory join upload_line on item_id = inventory.id
    where ${isDifferent} order by inventory.id for no key update of inventory`);
  const updated = await inParts(
    (range) => sql`
      update inventory set item_name = upload_line.item_name, category = upload_line.category,
        price = upload_line.price, stock = coalesce(upload_line.stock, inventory.stock)
      from upload_line, ${setActing(acting)}
      where inventory.id = item_id and ${range} and ${isDifferent} and acting.actor is not null`,
  );
  return { created, updated, unchanged: known - updated };
}

const rememberedUpload = z.object({
  requestHash: z.string(),
  status: z.int(),
  answer: z.unknown(),
});

export interface RememberedUpload {
  requestHash: string;
  status: number;
  answer: unknown;
}

interface UploadKey {
  vendorId: number;
  idempotencyKey: string;
}

export function findUpload(
  transaction: Transaction,
  { vendorId, idempotencyKey }: UploadKey,
): Promise<RememberedUpload | null> {
  return maybeOne(
    transaction,
    rememberedUpload,
    sql`select request_hash as "requestHash", status, answer from inventory_upload
        where vendor_id = ${vendorId} and idempotency_key = ${idempotencyKey}`,
  );
}

export async function rememberUpload(
  transaction: Transaction,
  { vendorId, idempotencyKey }: UploadKey,
  { requestHash, status, answer }: RememberedUpload,
): Promise<void> {
  await transaction.query(
    sql`insert into inventory_upload (vendor_id, idempotency_key, request_hash, status, answer)
        values (${vendorId}, ${idempotencyKey}, ${requestHash}, ${status}, ${JSON.stringify(answer)}::json)`,
  );
}
