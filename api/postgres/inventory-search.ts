import type { SQLQuery } from "@databases/pg";
import { z } from "zod";
import { toPage, type Page } from "../values/cursor.ts";
import { containsPattern } from "../values/like.ts";
import { isForSale, itemColumns, itemRow, type Item } from "./inventory.ts";
import { many, sql, type Queryable } from "./pool.ts";
import { readWords, wordsMatch, wordsRank, type SearchedWords } from "./search-words.ts";

export interface ItemSearch {
  /** Words of the item's and the vendor's name; what fits best comes first. Without it, items come in order of their ids. */
  query?: string | undefined;
  itemName?: string | undefined;
  vendorName?: string | undefined;
  vendorId?: number | undefined;
  category?: number | undefined;
  minPrice?: string | undefined;
  maxPrice?: string | undefined;
  inStock?: boolean | undefined;
  /** Whose items are found also when they are archived. */
  archivedOf: "nobody" | "everybody" | { vendorId: number };
  limit: number;
  /** The last item of the page before; `rank` with a query. */
  cursor?: { rank: number; id: number } | undefined;
}

/** What an item must be like beside the words of the query. */
function filtersOf(search: ItemSearch): SQLQuery[] {
  const { archivedOf } = search;
  const filters = [];
  if (archivedOf === "nobody") filters.push(isForSale);
  else if (archivedOf !== "everybody") {
    filters.push(sql`(${isForSale} or inventory.vendor_id = ${archivedOf.vendorId})`);
  }
  if (search.itemName !== undefined) filters.push(nameContains(search.itemName));
  if (search.vendorName !== undefined) {
    filters.push(
      sql`vendor_id in (select vendor.id from vendor
            where lower(vendor_name) like lower(${containsPattern(search.vendorName)}))`,
    );
  }
  if (search.vendorId !== undefined) filters.push(sql`vendor_id = ${search.vendorId}`);
  if (search.category !== undefined) filters.push(sql`category = ${search.category}`);
  if (search.minPrice !== undefined) filters.push(sql`price >= ${search.minPrice}::numeric`);
  if (search.maxPrice !== undefined) filters.push(sql`price <= ${search.maxPrice}::numeric`);
  if (search.inStock !== undefined) {
    filters.push(search.inStock ? sql`stock > 0` : sql`stock = 0`);
  }
  return filters;
}

function nameContains(text: string): SQLQuery {
  return sql`id in (select item_id from inventory_search
    where inventory_search.item_name like lower(${containsPattern(text)}))`;
}

export async function searchItems(database: Queryable, search: ItemSearch): Promise<Page<Item>> {
  const { query, cursor, limit } = search;
  if (query !== undefined) return searchByWords(database, { ...search, query });
  const conditions = [sql`id > ${cursor?.id ?? 0}`, ...filtersOf(search)];
  const rows = await many(
    database,
    itemRow,
    sql`select ${itemColumns} from inventory where ${sql.join(conditions, sql` and `)}
        order by id limit ${limit + 1}`,
  );
  return toPage(rows, limit, (row) => String(row.id));
}

async function searchByWords(
  database: Queryable,
  search: ItemSearch & { query: string },
): Promise<Page<Item>> {
  const { query, cursor, limit } = search;
  const words = await readWords(database, query);
  // Punctuation alone has no words: it is looked for letter by letter.
  const itemName = words.words.length === 0 ? query : search.itemName;
  const rows = await many(
    database,
    rankedItem,
    rankedItems(words, { ...search, itemName, cursor, limit }),
  );
  const page = toPage(rows, limit, (row) => `${row.rank}#${row.id}`);
  return { ...page, items: page.items.map((row) => itemRow.parse(row)) };
}

const rankedItem = itemRow.extend({ rank: z.int() });

/** The statement behind a search by words. Ranks come from the item's own texts alone, so that pages keep their order. */
export function rankedItems(words: SearchedWords, search: ItemSearch): SQLQuery {
  const { cursor, limit } = search;
  const matching = filtersOf(search);
  if (words.words.length > 0) matching.unshift(wordsMatch(words));
  const after =
    cursor === undefined
      ? sql`true`
      : sql`(rank < ${cursor.rank} or (rank = ${cursor.rank} and id > ${cursor.id}))`;
  return sql`
    with ranked as (
      select inventory.*, ${wordsRank(words)} as rank
      from inventory_search as searched
      join inventory on inventory.id = searched.item_id
      where ${sql.join(matching, sql` and `)}
    )
    select ${itemColumns}, rank from ranked where ${after} order by rank desc, id limit ${limit + 1}`;
}
