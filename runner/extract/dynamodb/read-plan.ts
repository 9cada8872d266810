import type { DynamoDbSourceTable } from "../../core/source-table.ts";
import type { ExtractRequest } from "../../core/ports.ts";
import type { DateIndex } from "./item-reader.ts";

export interface DynamoDbRequest extends ExtractRequest {
  readonly table: DynamoDbSourceTable;
}

/** One pass over items that serves all of its requests, so that they agree with one another. */
export type ItemRead =
  | {
      readonly kind: "scan";
      readonly dynamodbTable: string;
      readonly requests: readonly DynamoDbRequest[];
    }
  | {
      readonly kind: "index";
      readonly dynamodbTable: string;
      readonly requests: readonly DynamoDbRequest[];
      readonly index: DateIndex;
      readonly since: string;
    };

/** One scan at most of each DynamoDB table, and one read of an index for each kind of item that needs only its increment. */
export function planReads(
  requests: readonly DynamoDbRequest[],
  dynamodbTableOf: (table: DynamoDbSourceTable) => string,
): readonly ItemRead[] {
  const scans = new Map<string, DynamoDbRequest[]>();
  const reads: ItemRead[] = [];
  const byItems = new Map<string, DynamoDbRequest[]>();
  for (const request of requests) {
    const { table } = request;
    const items = JSON.stringify([dynamodbTableOf(table), table.sortKeyPrefix]);
    byItems.set(items, [...(byItems.get(items) ?? []), request]);
  }
  for (const group of byItems.values()) {
    const [first] = group;
    if (first === undefined) continue;
    const dynamodbTable = dynamodbTableOf(first.table);
    const index = commonIndex(group);
    const since = earliest(group);
    if (index !== undefined && since !== undefined) {
      reads.push({ kind: "index", dynamodbTable, requests: group, index, since });
    } else {
      scans.set(dynamodbTable, [...(scans.get(dynamodbTable) ?? []), ...group]);
    }
  }
  for (const [dynamodbTable, scanned] of scans) {
    reads.push({ kind: "scan", dynamodbTable, requests: scanned });
  }
  return reads;
}

function commonIndex(group: readonly DynamoDbRequest[]): DateIndex | undefined {
  const texts = new Set(group.map(({ table }) => JSON.stringify(table.dateIndex)));
  return texts.size === 1 ? group[0]?.table.dateIndex : undefined;
}

/** Undefined when one of the requests asks for everything. Timestamps of one form sort as text. */
function earliest(group: readonly DynamoDbRequest[]): string | undefined {
  const times = group.flatMap(({ since }) => since ?? []);
  return times.length === group.length ? times.toSorted()[0] : undefined;
}
