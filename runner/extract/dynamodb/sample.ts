import { ScanCommand, type DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { Io } from "../../core/io.ts";
import { parseColumnPlace, parseExplode } from "../../core/item-path.ts";
import type { DynamoDbSourceTable } from "../../core/source-table.ts";
import type { ItemSample, SampledAttribute } from "../../core/ports.ts";
import { columnText, type Item } from "./dynamodb-text.ts";
import { rowMaker } from "./item-rows.ts";
import { elementsAt } from "./item-value.ts";

const itemsOfPage = 500;
/** Other items than a table's own may fill the first pages. */
const mostPages = 10;

interface SampledTable {
  readonly table: DynamoDbSourceTable;
  readonly dynamodbTable: string;
  /** The attribute that `sortKeyPrefix` is about; undefined where there is no sort key. */
  readonly sortKey: string | undefined;
}

/** About `wanted` items of a table, of those that a scan meets first. */
export async function sampleItems(
  client: DynamoDBClient,
  io: Io,
  { table, dynamodbTable, sortKey }: SampledTable,
  wanted: number,
): Promise<ItemSample> {
  const items: Item[] = [];
  let start: Item | undefined;
  for (let page = 0; page < mostPages && items.length < wanted; page += 1) {
    const command = new ScanCommand({
      TableName: dynamodbTable,
      Limit: itemsOfPage,
      ...(start === undefined ? {} : { ExclusiveStartKey: start }),
    });
    const answer = await io.call({ part: "dynamodb", action: "scan" }, () => client.send(command));
    for (const item of answer.Items ?? []) {
      const position = sortKey === undefined ? "" : (item[sortKey]?.S ?? "");
      if (position.startsWith(table.sortKeyPrefix)) items.push(item);
    }
    start = answer.LastEvaluatedKey;
    if (start === undefined) break;
  }
  const sample = items.slice(0, wanted);
  const rowsOf = rowMaker(table);
  return {
    items: sample.length,
    rows: sample.flatMap((item) => rowsOf(item)),
    attributes: attributesOf(table, sample),
  };
}

/** Attributes that no column reads, as a column's `from` would name them. */
function attributesOf(
  table: DynamoDbSourceTable,
  items: readonly Item[],
): readonly SampledAttribute[] {
  const lists = table.explode === undefined ? [] : (parseExplode(table.explode) ?? []);
  const read = new Set(lists.slice(0, 1).map(({ steps }) => `item.${steps[0]}`));
  for (const { name, from = name } of table.columns) {
    const place = parseColumnPlace(from, lists.length);
    if (place?.kind !== "value") continue;
    const isOfItem = place.levels === lists.length;
    read.add(isOfItem ? `item.${place.path.steps[0]}` : place.path.steps[0]);
  }
  const found = new Map<string, { kinds: Set<string>; rows: number; texts: string[] }>();
  const see = (map: Item, prefix: string) => {
    for (const [name, value] of Object.entries(map)) {
      if (read.has(`${prefix}${name}`)) continue;
      const shown = lists.length === 0 ? name : `${prefix}${name}`;
      const seen = found.get(shown) ?? { kinds: new Set(), rows: 0, texts: [] };
      seen.kinds.add(Object.keys(value)[0] ?? "");
      seen.rows += 1;
      const text = columnText(value);
      if (text !== null) seen.texts.push(text);
      found.set(shown, seen);
    }
  };
  for (const item of items) {
    see(item, "item.");
    let elements: readonly Item[] = lists.length === 0 ? [] : [item];
    for (const list of lists) {
      elements = elements.flatMap((map) =>
        elementsAt(map, list).flatMap(({ M: inner }) => (inner === undefined ? [] : [inner])),
      );
    }
    for (const element of elements) see(element, "");
  }
  return [...found]
    .map(([name, { kinds, rows, texts }]) => ({ name, kinds: [...kinds].sort(), rows, texts }))
    .sort((one, other) => (one.name < other.name ? -1 : 1));
}
