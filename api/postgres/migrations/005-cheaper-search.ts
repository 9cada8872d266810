import type { Knex } from "knex";

/**
 * The same words, for less: what search_text gave before is in letters, digits and blanks, and needs none of its work
 * again. Both texts of a row of inventory_search mostly are.
 */
const WORDS = `
  create or replace function search_words(source text) returns text[]
  language sql immutable strict parallel safe as $$
    select array_remove(string_to_array(
      case when source ~ '[^0-9a-z ]' then search_text(source) else source end, ' '), '')
  $$;
`;

/**
 * A vendor's name is read once and not for each item; a word is looked for once, in however many names it stands, and by
 * its index: "not exists" would be planned as a join that reads every word there is.
 */
const INDEXING = `
  create or replace function index_items(item_ids integer[]) returns void language plpgsql as $$
  begin
    insert into inventory_search (item_id, item_name, item_text, vendor_text)
      with seller as materialized (
        select id, search_text(vendor_name) as vendor_text from vendor
        where id in (select vendor_id from inventory where inventory.id = any(item_ids))
      )
      select inventory.id, lower(item_name), search_text(item_name), seller.vendor_text
      from inventory join seller on seller.id = vendor_id where inventory.id = any(item_ids)
    on conflict (item_id) do update set item_name = excluded.item_name,
      item_text = excluded.item_text, vendor_text = excluded.vendor_text;
    insert into search_word (word)
      select word from (
        select distinct unnest(tsvector_to_array(words)) as word
        from inventory_search where item_id = any(item_ids)
      ) as listed
      where (select true from search_word as known where known.word = listed.word limit 1) is null;
  end
  $$;
`;

export async function up(transaction: Knex): Promise<void> {
  await transaction.raw(WORDS);
  await transaction.raw(INDEXING);
}

/** The functions mean what they meant before, and go with the tables that they write. */
export async function down(): Promise<void> {
  // Nothing to take back.
}
