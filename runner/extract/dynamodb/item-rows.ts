import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import {
  parseColumnPlace,
  parseExplode,
  type ColumnPlace,
  type ItemPath,
} from "../../core/item-path.ts";
import type { ItemSourceTable } from "../../core/source-table.ts";
import { contractFailure, extractFailure, shorten } from "../extract-failure.ts";
import { columnText, itemExcerpt, itemJson, UnfitValue, type Item } from "./dynamodb-text.ts";
import { elementsAt, kindOf, valueAt } from "./item-value.ts";

/** The declared columns' texts in their order, and the original item where the table keeps it. */
export type TextRow = readonly (string | null)[];

/** An item's rows: one, or one for each element of the exploded list. */
export type RowsOf = (item: Item) => readonly TextRow[];

/** An element on the way to a row's innermost one; the item itself comes first. */
interface Scope {
  /** Undefined where the element is no map. */
  readonly map: Item | undefined;
  readonly value?: AttributeValue;
  readonly list?: ItemPath;
  /** From 1. */
  readonly position: number;
}

type Scopes = readonly [Scope, ...Scope[]];

/** Throws SOURCE_CONTRACT for a table whose paths cannot be read. */
export function rowMaker(table: ItemSourceTable): RowsOf {
  const lists = table.explode === undefined ? [] : parseExplode(table.explode);
  if (lists === undefined) throw unreadable(table, `explode: ${table.explode ?? ""}`);
  const places = table.columns.map(({ name, from = name }) => {
    const place = parseColumnPlace(from, lists.length);
    if (place === undefined) throw unreadable(table, `from: ${from}`);
    return place;
  });
  const rowsOfItem = (item: Item): readonly TextRow[] => {
    const whole: Scopes = [{ map: item, position: 1 }];
    if (lists.length === 0)
      return [[...places.map((place) => textAt(place, whole)), itemJson(item)]];
    return scopesIn(whole, lists).map((scopes) => places.map((place) => textAt(place, scopes)));
  };
  return (item) => {
    try {
      return rowsOfItem(item);
    } catch (error) {
      if (!(error instanceof UnfitValue)) throw error;
      throw extractFailure(table, {
        message: `${error.message} (item ${shorten(itemExcerpt(item), 120)}).`,
        cause: "No row of this table was committed.",
        hint: "Correct the item, or the table's `explode` and `from` in the source's YAML.",
      });
    }
  };
}

/** The innermost elements below the last scope, each with all that it stands in. */
function scopesIn(scopes: Scopes, [list, ...inner]: readonly ItemPath[]): readonly Scopes[] {
  if (list === undefined) return [scopes];
  const elements = elementsAt(mapOf(scopes.at(-1) ?? scopes[0]), list);
  return elements.flatMap((value, index) =>
    scopesIn([...scopes, { map: value.M, value, list, position: index + 1 }], inner),
  );
}

function textAt(place: ColumnPlace, scopes: Scopes): string | null {
  const levels = place.kind === "element" ? 0 : place.levels;
  const scope = scopes[scopes.length - 1 - levels] ?? scopes[0];
  switch (place.kind) {
    case "position":
      return String(scope.position);
    case "element":
      return columnText(scope.map === undefined ? scope.value : valueAt(scope.map, place.path));
    case "value":
      return columnText(valueAt(mapOf(scope), place.path));
    default:
      return place satisfies never;
  }
}

function mapOf({ map, value, list, position }: Scope): Item {
  if (map !== undefined) return map;
  const what = `element ${position} of ${list?.text ?? "the item"}`;
  throw new UnfitValue(`${what} is ${kindOf(value ?? { NULL: true })}, not a map`);
}

function unreadable(table: ItemSourceTable, what: string): Error {
  return contractFailure(table, {
    message: `\`${what}\` is no path of an item.`,
    hint: "Write names with dots between them, and positions in brackets: address.city, phones[0].number.",
  });
}
