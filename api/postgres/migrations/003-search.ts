import type { Knex } from "knex";

/**
 * What is searched stands beside `inventory`, not in it: its indexes are large, and every purchase would write to them,
 * because a changed stock is a new version of the whole row.
 */
const TABLE = `
  create function search_words(source text) returns text[] language sql immutable strict parallel safe as $$
    select array_remove(string_to_array(search_text(source), ' '), '')
  $$;

  create table inventory_search (
    item_id integer primary key references inventory (id) on delete cascade,
    item_name text not null,
    item_text text not null,
    vendor_text text not null,
    words tsvector not null generated always as
      (array_to_tsvector(search_words(item_text || ' ' || vendor_text))) stored
  );
  comment on column inventory_search.item_name is 'In lower case, for what contains a text letter by letter';
  comment on column inventory_search.item_text is 'As search_text gives it; so are the columns that follow';

  create index inventory_search_words_idx on inventory_search using gin (words);

  create table search_word (word text not null);
  create index search_word_idx on search_word (word text_pattern_ops);
  comment on table search_word is
    'Every word of a name that was ever listed: what a word that is begun or misspelt may mean. Without a key, so that two who list
     the same new word do not wait for each other; a word that is there twice does no harm';

  drop index inventory_item_name_search_idx;
`;

/** Items come in thousands at a time, and are then indexed in one go; names change one by one. */
const TRIGGERS = `
  create function index_items(item_ids integer[]) returns void language plpgsql as $$
  begin
    insert into inventory_search (item_id, item_name, item_text, vendor_text)
      select inventory.id, lower(item_name), search_text(item_name), search_text(vendor_name)
      from inventory join vendor on vendor.id = vendor_id where inventory.id = any(item_ids)
    on conflict (item_id) do update set item_name = excluded.item_name,
      item_text = excluded.item_text, vendor_text = excluded.vendor_text;
    insert into search_word (word)
      select distinct listed.word from inventory_search, unnest(tsvector_to_array(words)) as listed (word)
      where item_id = any(item_ids)
        and not exists (select from search_word as known where known.word = listed.word);
  end
  $$;

  create function index_listed_items() returns trigger language plpgsql as $$
  begin
    perform index_items(array(select id from listed));
    return null;
  end
  $$;
  create trigger inventory_search_insert after insert on inventory referencing new table as listed
    for each statement execute function index_listed_items();

  create function index_changed_item() returns trigger language plpgsql as $$
  begin
    perform index_items(array[new.id]);
    return null;
  end
  $$;
  create trigger inventory_search_update after update of item_name, vendor_id on inventory
    for each row execute function index_changed_item();

  create function index_items_of_vendor() returns trigger language plpgsql as $$
  begin
    perform index_items(array(select id from inventory where vendor_id = new.id));
    return null;
  end
  $$;
  create trigger vendor_search_update after update of vendor_name on vendor for each row
    when (old.vendor_name <> new.vendor_name) execute function index_items_of_vendor();

  alter table inventory enable always trigger inventory_search_insert;
  alter table inventory enable always trigger inventory_search_update;
  alter table vendor enable always trigger vendor_search_update;

  select index_items(array(select id from inventory));
`;

/** Where an extension is not installed, or may not be, search works without: less tolerant, or slower. */
async function addExtension(transaction: Knex, name: "pg_trgm" | "unaccent"): Promise<boolean> {
  await transaction.raw(`
    do $$
    begin
      create extension if not exists ${name};
    exception when others then
      raise notice '${name} is not available: %', sqlerrm;
    end
    $$`);
  const found: { rows: unknown[] } = await transaction.raw(
    "select 1 from pg_extension where extname = ?",
    [name],
  );
  return found.rows.length > 0;
}

/**
 * A text as search sees it: one form of each letter, in lower case, without accents, with blanks for punctuation. The
 * dictionary of unaccent is taken not to change, or the table would have to be written again.
 */
function searchText(unaccented: boolean): string {
  const letters = "normalize(source, nfkc)";
  return `
    create function search_text(source text) returns text language sql immutable strict parallel safe as $$
      select trim(regexp_replace(lower(${unaccented ? `unaccent('unaccent', ${letters})` : letters}),
        '[\\x01-\\x2f\\x3a-\\x40\\x5b-\\x60\\x7b-\\x7f\\u2000-\\u206f]+', ' ', 'g'))
    $$;`;
}

export async function up(transaction: Knex): Promise<void> {
  await transaction.raw(searchText(await addExtension(transaction, "unaccent")));
  await transaction.raw(TABLE);
  await transaction.raw(TRIGGERS);
  if (!(await addExtension(transaction, "pg_trgm"))) return;
  await transaction.raw(`
    create index inventory_search_item_name_idx on inventory_search using gin (item_name gin_trgm_ops);
    create index search_word_similar_idx on search_word using gin (word gin_trgm_ops);
  `);
}

export async function down(transaction: Knex): Promise<void> {
  await transaction.raw(`
    drop trigger vendor_search_update on vendor;
    drop trigger inventory_search_insert on inventory;
    drop trigger inventory_search_update on inventory;
    drop function index_items_of_vendor, index_changed_item, index_listed_items, index_items;
    drop table inventory_search, search_word;
    drop function search_words, search_text;
    create index inventory_item_name_search_idx on inventory (lower(item_name));
  `);
}
