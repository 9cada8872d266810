import type { SQLQuery } from "@databases/pg";
import { z } from "zod";
import { many, one, sql, type Queryable } from "./pool.ts";

/** A word that may have been meant by another, and how near it is: below 1. */
export interface Reading {
  readonly word: string;
  readonly nearness: number;
}

export interface SearchedWord {
  readonly word: string;
  /** The words of names that begin with it; null when they are too many to be listed. */
  readonly beginnings: readonly string[] | null;
  /** Nearest first. */
  readonly readings: readonly Reading[];
}

/** What is searched for, as the database's own `search_text` sees it: in lower case, without accents or punctuation. */
export interface SearchedWords {
  readonly text: string;
  readonly words: readonly SearchedWord[];
}

const MAXIMUM_WORDS = 10;
const MAXIMUM_READINGS = 12;
const MAXIMUM_BEGINNINGS = 100;
/** Of trigrams, from 0 to 1; pg_trgm's own default. */
const NEAR = 0.3;
const TWISTED = 0.9;
/** Of two letters nearly every word is near; of numbers only the one that was meant will do. */
const CORRIGIBLE = /^\P{Nd}{3,40}$/u;

/** The word with each two neighbours in turn exchanged: a slip that leaves few trigrams alike. */
export function twisted(word: string): string[] {
  const letters = Array.from(word);
  const slips = letters.slice(1).map((letter, index) => {
    const slip = [...letters];
    slip.splice(index, 2, letter, letters[index] ?? "");
    return slip.join("");
  });
  return [...new Set(slips)].filter((slip) => slip !== word);
}

/** The words of a query, each with the words of names that it may have meant. */
export async function readWords(database: Queryable, query: string): Promise<SearchedWords> {
  const { text, words, tolerant } = await one(
    database,
    z.object({ text: z.string(), words: z.array(z.string()), tolerant: z.boolean() }),
    sql`select search_text(${query}) as text, search_words(${query}) as words,
          to_regprocedure('similarity(text,text)') is not null as tolerant`,
  );
  const counted = [...new Set(words)].slice(0, MAXIMUM_WORDS);
  if (counted.length === 0) return { text, words: [] };
  const found = await findKnown(database, counted, tolerant);
  return { text, words: counted.map((word) => meaningOf(word, found)) };
}

function meaningOf(asked: string, known: readonly KnownWord[]): SearchedWord {
  const own = known.filter((row) => row.asked === asked);
  const beginnings = own.filter(({ nearness }) => nearness === null).map(({ word }) => word);
  const readings = own.flatMap(({ word, nearness }) =>
    nearness === null || word.startsWith(asked) ? [] : [{ word, nearness }],
  );
  return {
    word: asked,
    beginnings: beginnings.length > MAXIMUM_BEGINNINGS ? null : beginnings,
    readings: readings.slice(0, MAXIMUM_READINGS),
  };
}

const knownWord = z.object({
  asked: z.string(),
  word: z.string(),
  /** Null when the word begins with what was asked. */
  nearness: z.number().nullable(),
});
type KnownWord = z.infer<typeof knownWord>;

/** Words of names that begin with these words or are near them; without pg_trgm, those with two letters exchanged. */
function findKnown(database: Queryable, words: readonly string[], tolerant: boolean) {
  const corrigible = words.filter((word) => CORRIGIBLE.test(word));
  const slips = corrigible.flatMap((asked) => twisted(asked).map((slip) => ({ asked, slip })));
  const beginning = sql`
    select asked, word, null::float8 as nearness
    from unnest(${words}::text[]) as words (asked)
    cross join lateral (
      select distinct word from search_word
      where word ~>=~ asked and word ~<~ (asked || chr(1114111)) limit ${MAXIMUM_BEGINNINGS + 1}
    ) as beginning`;
  const exchanged = sql`
    select asked, word, ${TWISTED}::float8 as nearness
    from unnest(${slips.map(({ asked }) => asked)}::text[], ${slips.map(({ slip }) => slip)}::text[]) as slips (asked, slip)
    join search_word on word = slip`;
  const similar = sql`
    select asked, word, similarity(word, asked)::float8 as nearness
    from unnest(${corrigible}::text[]) as words (asked)
    join search_word on word % asked and similarity(word, asked) >= ${NEAR}`;
  const all = tolerant ? [beginning, exchanged, similar] : [beginning, exchanged];
  return many(
    database,
    knownWord,
    sql`select asked, word, max(nearness) as nearness
        from (${sql.join(all, sql` union all `)}) as known
        group by asked, word, nearness is null order by nearness desc, word`,
  );
}

/** On `inventory_search as searched`: of each word of the query it has a reading, or a word that begins with it. */
export function wordsMatch({ words }: SearchedWords): SQLQuery {
  const query = words.map(({ word, beginnings, readings }) => {
    const whole = [...(beginnings ?? []), ...readings.map((reading) => reading.word)];
    const lexemes = whole.map((lexeme) => `'${lexeme}'`);
    // What no name has is looked for all the same: then nothing is found.
    if (beginnings === null || whole.length === 0) lexemes.push(`'${word}':*`);
    return `(${lexemes.join(" | ")})`;
  });
  return sql`searched.words @@ ${query.join(" & ")}::tsquery`;
}

/** How well a text has a word: whole, as the beginning of one of its words, or as another reading. */
function fit({ word, readings }: SearchedWord, column: SQLQuery, full: number): SQLQuery {
  const padded = sql`' ' || ${column} || ' '`;
  const cases = readings.map(
    (reading) =>
      sql`when ${padded} like ${`% ${reading.word} %`} then ${0.6 * full * reading.nearness}::float8`,
  );
  return sql`case when ${padded} like ${`% ${word} %`} then ${full}::float8
    when ${padded} like ${`% ${word}%`} then ${0.8 * full}::float8
    ${sql.join(cases, sql` `)} else 0 end`;
}

/**
 * An integer above 0 that grows with how well the words fit; the item's name counts twice as much as the vendor's, and of
 * names with the same words the one that says little else comes first. It depends on nothing but the row and the query.
 */
export function wordsRank({ text, words }: SearchedWords): SQLQuery {
  const length = Array.from(text).length;
  const closeness = sql`10.0::float8 * least(${length}, length(searched.item_text))
    / greatest(${length}, length(searched.item_text), 1)`;
  const parts = words.map(
    (word) => sql`greatest(${fit(word, sql`searched.item_text`, 100)},
      ${fit(word, sql`searched.vendor_text`, 50)})`,
  );
  return sql`round(1000 * (1 + ${sql.join([closeness, ...parts], sql` + `)}))::integer`;
}
