import { beforeAll, describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { callAs, failureOf } from "../testing.ts";
import { useTestShop } from "../testing/use-test-shop.ts";
import { rankedItems } from "./inventory-search.ts";
import { sql, type Queryable } from "./pool.ts";
import { readWords, twisted } from "./search-words.ts";

const shop = useTestShop();

async function vendorOf(vendorName: string, ...itemNames: string[]): Promise<number> {
  const { id: vendorId } = await shop.client.vendor.create.mutate({ vendorName, region: "PH" });
  for (const itemName of itemNames) {
    const item = { vendorId, itemName, category: 1, price: "10.00", stock: 1 };
    await shop.client.inventory.create.mutate(item);
  }
  return vendorId;
}

async function found(query: string, more: object = {}): Promise<string[]> {
  const { items } = await shop.client.inventory.search.query({ query, ...more });
  return items.map((item) => item.itemName);
}

describe("a search by words", () => {
  beforeAll(async () => {
    await vendorOf(
      "Quillfeather & Daughters",
      "Oak Desk",
      "Desk Lamp",
      "Éclair Écru",
      "Обувь 椅子 🪑",
    );
    await vendorOf("Deskwright", "Standing Desk for Deskwork", "Armchair", "100%_off\\ 'x'");
  });

  test("finds words of the item and of its vendor together, best fit first", async () => {
    expect(await found("desk")).toEqual([
      "Oak Desk",
      "Desk Lamp",
      "Standing Desk for Deskwork",
      "Armchair",
      "100%_off\\ 'x'",
    ]);
    expect(await found("quillfeather lamp")).toEqual(["Desk Lamp"]);
    expect(await found("lamp nobody")).toEqual([]);
  });

  test.each([
    ["lam", "Desk Lamp"],
    ["LAPM", "Desk Lamp"],
    ["lampp", "Desk Lamp"],
    ["quilfeather lmap", "Desk Lamp"],
    ["armchiar", "Armchair"],
    ["armcair", "Armchair"],
    ["eclair", "Éclair Écru"],
    ["E\u0301CLAIR", "Éclair Écru"],
    ["обувь", "Обувь 椅子 🪑"],
    ["椅子", "Обувь 椅子 🪑"],
    ["🪑", "Обувь 椅子 🪑"],
  ])("%j, begun, misspelt, without accents or in another script, finds %j", async (query, name) => {
    expect((await found(query))[0]).toBe(name);
  });

  test.each(["%", "_", "%_", "\\", "'x'", "100%_", "off\\ 'X"])(
    "%j, which means something to SQL, is only letters",
    async (query) => {
      expect(await found(query)).toEqual(["100%_off\\ 'x'"]);
    },
  );

  test.each(["' | 'desk", "a:* & b", "!desk", "zzz':*", "\u200b", "((((", "--", "\u{1F9FF}"])(
    "%j breaks nothing",
    async (query) => {
      expect(await failureOf(found(query))).toBe("no failure");
    },
  );

  test("follows a renamed item and a renamed vendor", async () => {
    const vendorId = await vendorOf("Before", "Thimble");
    const [item] = (await shop.client.inventory.search.query({ vendorId })).items;
    await shop.client.vendor.update.mutate({ vendorId, vendorName: "Afterwards" });
    expect(await found("thimble afterwards")).toEqual(["Thimble"]);
    expect(await found("thimble before")).toEqual([]);
    await shop.client.inventory.update.mutate({ id: item!.id, itemName: "Bodkin" });
    expect(await found("bodkin afterwards")).toEqual(["Bodkin"]);
    expect(await found("thimble")).toEqual([]);
    expect(await found("ignored", { query: undefined, itemName: "ODKI" })).toEqual(["Bodkin"]);
  });

  test("keeps to vendor, category, price and stock", async () => {
    const vendorId = await vendorOf("Sundries");
    const list = (price: string, stock: number, category: number) =>
      shop.client.inventory.create.mutate({
        vendorId,
        itemName: `gadget ${price}`,
        category,
        price,
        stock,
      });
    await list("1.00", 0, 1);
    await list("2.00", 5, 1);
    await list("3.00", 5, 2);
    const prices = async (more: object) =>
      (await found("gadgte", { vendorId, ...more })).map((name) => name.split(" ")[1]);
    expect(await prices({})).toEqual(["1.00", "2.00", "3.00"]);
    expect(await prices({ inStock: true })).toEqual(["2.00", "3.00"]);
    expect(await prices({ inStock: false })).toEqual(["1.00"]);
    expect(await prices({ minPrice: "2", maxPrice: "2.99" })).toEqual(["2.00"]);
    expect(await prices({ category: 2 })).toEqual(["3.00"]);
    expect(await prices({ vendorId: vendorId - 1 })).toEqual([]);
  });

  test("pages show every item once, in the same order, though items are listed and bought meanwhile", async () => {
    const names = Array.from(
      { length: 9 },
      (_, index) => `Widget ${"x".repeat(1 + (index % 3))} ${index}`,
    );
    const vendorId = await vendorOf("Pages", ...names);
    const whole = await found("widgets", { vendorId });
    expect(whole.toSorted()).toEqual(names.toSorted());
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await shop.client.inventory.search.query({
        query: "widgets",
        vendorId,
        limit: 2,
        cursor,
      });
      seen.push(...page.items.map((item) => item.itemName));
      cursor = page.nextCursor ?? undefined;
      await vendorOf("Elsewhere", "Widget");
      await shop.pool.query(sql`update inventory set stock = stock + 1, price = price + 1`);
    } while (cursor !== undefined);
    expect(seen).toEqual(whole);
  });

  test("takes no cursor of another kind of search", async () => {
    const words = await shop.client.inventory.search.query({ query: "widget", limit: 1 });
    const plain = await shop.client.inventory.search.query({ limit: 1 });
    const search = (input: object) => failureOf(shop.client.inventory.search.query(input));
    expect(await search({ cursor: words.nextCursor })).toBe("INPUT_INVALID");
    expect(await search({ query: "widget", cursor: plain.nextCursor })).toBe("INPUT_INVALID");
  });
});

test("two letters exchanged are every pair of neighbours, once", () => {
  expect(twisted("abb")).toEqual(["bab"]);
  expect(twisted("aa")).toEqual([]);
});

test("without pg_trgm begun words and exchanged letters are found all the same", async () => {
  await vendorOf("Plainfolk", "Spindle");
  await shop.pool.query(sql`drop extension pg_trgm cascade`);
  for (const query of ["spin", "SPINDLE plain", "spinlde"]) {
    expect(await found(query)).toEqual(["Spindle"]);
  }
  expect(await found("spindel xyz")).toEqual([]);
});

describe("among 100,000 items", () => {
  const large = useTestShop();
  beforeAll(async () => {
    await large.pool.query(sql`
      insert into vendor (vendor_name, region, joined_at)
      select 'Vendor ' || md5(n::text), 'PH', now() from generate_series(1, 500) as n`);
    for (let start = 0; start < 100_000; start += 10_000) {
      await large.pool.query(sql`
        insert into inventory (item_name, category, price, stock, vendor_id)
        select 'item ' || md5((n % 20000)::text) || ' ' || md5(n::text), n % 20, 1 + n % 500, n % 3, 1 + n % 500
        from generate_series(${start}::integer + 1, ${start}::integer + 10000) as n`);
      await large.pool.query(sql`
        insert into customer (first_name, last_name, email, joined_at)
        select left(md5(n::text), 9), left(md5((-n)::text), 9), n || '@example.com', now()
        from generate_series(${start}::integer + 1, ${start}::integer + 5000) as n`);
    }
    await large.pool.query(sql`analyze`);
  }, 180_000);

  const search = { archivedOf: "nobody", limit: 20 } as const;

  type Statement = ReturnType<typeof sql.__dangerous__rawValue>;

  async function planOf(statement: Statement, database: Queryable = large.pool): Promise<string> {
    const rows: unknown[] = await database.query(sql`explain ${statement}`);
    return JSON.stringify(rows);
  }

  /** The plan when there is a price on reading the whole table, which a random sample may make look cheap. */
  function indexPlanOf(statement: Statement): Promise<string> {
    return large.pool.tx(async (transaction) => {
      await transaction.query(sql`set local enable_seqscan = off`);
      return planOf(statement, transaction);
    });
  }

  test("a search by words reads the index of words, not the table", async () => {
    const [row] = (await large.pool.query(
      sql`select item_name as name from inventory where id = 50777`,
    )) as { name: string }[];
    const [, first = "", second = ""] = row?.name.split(" ") ?? [];
    const words = await readWords(large.pool, `${first.slice(0, 20)} ${second.slice(0, 20)}`);
    expect(words.words.map(({ beginnings }) => beginnings)).toEqual([[first], [second]]);
    const plan = await planOf(rankedItems(words, search));
    expect(plan).toContain("Bitmap Index Scan on inventory_search_words_idx");
    expect(plan).not.toContain("Seq Scan on inventory");
    const page = await callAs(large, { role: "anonymous" }).inventory.search({ query: first });
    expect(page.items.map((item) => item.itemName)).toContain(row?.name);
  });

  test("there is an index for the parts of an item's name, and of a customer's name or email", async () => {
    const plans = await Promise.all([
      indexPlanOf(sql`select item_id from inventory_search where item_name like '%0123456%'`),
      indexPlanOf(
        sql`select id from customer where lower(first_name || ' ' || last_name) like '%01234567 8901234%'`,
      ),
      indexPlanOf(sql`select id from customer where lower(email) like '%12345@exa%'`),
      indexPlanOf(sql`select word from search_word where word % '0123456789abcdef'`),
      indexPlanOf(
        sql`select word from search_word where word ~>=~ '01234' and word ~<~ ('01234' || chr(1114111))`,
      ),
    ]);
    expect(plans.map((plan) => /Index (Only )?Scan (on|using) (\w+)/.exec(plan)?.[3])).toEqual([
      "inventory_search_item_name_idx",
      "customer_name_search_idx",
      "customer_email_search_idx",
      "search_word_similar_idx",
      "search_word_idx",
    ]);
  });
});

test("the words of a text are those that search_text gives it, whatever letters it has", async () => {
  const letters = fc.string({
    unit: fc.constantFrom(...Array.from("abZ09 _-.%éßŁ½ﬁ椅\u2019\u0301\t\n")),
    maxLength: 20,
  });
  const texts = fc.array(letters, { minLength: 50, maxLength: 100 });
  await fc.assert(
    fc.asyncProperty(texts, async (all) => {
      const differing: unknown[] = await shop.pool.query(
        sql`select source from unnest(${all}::text[]) as texts (source) where search_words(source)
              is distinct from array_remove(string_to_array(search_text(source), ' '), '')`,
      );
      expect(differing).toEqual([]);
    }),
    { numRuns: 10 },
  );
});
