import { beforeEach, expect, test } from "bun:test";
import fc from "fast-check";
import { replaceList } from "../../../plugins/repositories/organization/replace-list";
import { json } from "../../../testing/factories";
import { planOf } from "../../../testing/statements";
import { useRepositoryWorld } from "./world/repository-world";

const { server, db, get } = await useRepositoryWorld();

interface Found {
  items: { name: string }[];
  total_pages: number;
  current_page: number;
  next_page?: string;
}
const find = async (term: string, more = "") =>
  await json<Found>(await get(`/v1/repositories/$org_repos?search_term=${encodeURIComponent(term)}${more}`), 200);
const names = async (term: string) => (await find(term)).items.map(({ name }) => name);

async function only(wanted: readonly string[], description: string | null = null): Promise<void> {
  await db.transaction((tx) =>
    replaceList(
      tx,
      "acme",
      wanted.map((name, index) => ({
        githubId: index,
        name,
        description,
        madeAt: "2022-11-22T21:06:17Z",
        pushedAt: null,
      })),
    ),
  );
}

beforeEach(() => only([]));

test("names that resemble the term by 0.3 come, the most similar first, ties by name", async () => {
  await only(["webhooks", "web-ui", "website-of-the-marketing-people", "ui-web", "other", "web", "WEB_x"]);
  expect(await names("web")).toEqual(["web", "WEB_x", "ui-web", "web-ui", "webhooks"]);
  expect(await names("WÉB")).toEqual(["web", "WEB_x", "ui-web", "web-ui", "webhooks"]);
  await only(["words", "two-words"]);
  expect(await names("word")).toEqual(["words", "two-words"]);
});

test.each(["---", "日本", "%", "_", "'", "\\", "🐛"])("%s resembles nothing", async (term) => {
  await only(["web", "-", "a_b"]);
  expect(await find(term)).toMatchObject({ items: [], total_pages: 0 });
});

test("at most 50 are found, as one page", async () => {
  await only(Array.from({ length: 80 }, (_, index) => `web-${index}`));
  const found = await find("web");
  expect([found.items.length, found.total_pages, found.current_page, found.next_page]).toEqual([50, 1, 1, undefined]);
  expect(await find("web", "&page=2")).toMatchObject({ items: [], total_pages: 1, current_page: 2 });
});

/** The measure in plain words: the share that two texts have in common of their windows of three characters. */
function similarity(a: string, b: string): number {
  const [one, other] = [windows(a), windows(b)];
  const together = one.union(other).size;
  return together === 0 ? 0 : one.intersection(other).size / together;
}

function windows(text: string): Set<string> {
  const words = text
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== "");
  return new Set(
    words
      .map((word) => `  ${word} `)
      .flatMap((word) => Array.from({ length: word.length - 2 }, (_, at) => word.slice(at, at + 3))),
  );
}

test("what is found, and in which order, is what the measure says", async () => {
  const word = fc.stringMatching(/^[abAB1]{1,4}$/);
  const name = fc
    .tuple(word, fc.array(fc.tuple(fc.constantFrom("-", "_", "."), word), { maxLength: 2 }))
    .map(([first, rest]) => first + rest.flat().join(""));
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(name, { minLength: 1, maxLength: 12 }), name, async (wanted, term) => {
      await only(wanted);
      const scored = wanted.map((one) => ({ one, score: Math.fround(similarity(one, term)) }));
      const expected = scored
        .filter(({ score }) => score >= Math.fround(0.3))
        .toSorted((a, b) => b.score - a.score || compare(a.one.toLowerCase(), b.one.toLowerCase()) || compare(a.one, b.one));
      expect(await names(term)).toEqual(expected.map(({ one }) => one));
    }),
    { numRuns: 60 },
  );

  function compare(a: string, b: string): number {
    return a < b ? -1 : Number(a > b);
  }
});

test("of 5,000 names a page and a search read what they show, by their indexes", async () => {
  const words = Array.from({ length: 400 }, (_, index) =>
    Bun.hash(`word ${index}`).toString(36).replaceAll(/\d/g, "").slice(0, 7),
  );
  const name = (index: number) => `${words[index % 400]}-${words[(index * 7) % 397]}-${index}`;
  await only(
    Array.from({ length: 5000 }, (_, index) => name(index)),
    "What this is for, in the words that people find for it",
  );
  await db.sql`ANALYZE organization_repositories`;
  expect((await names(name(4412)))[0]).toBe(name(4412));
  expect(await planOf(server, "OFFSET", () => find("", "&page=3"))).toContain("organization_repositories_by_name");
  expect(await planOf(server, "similarity", () => find(name(4412)))).toContain("organization_repositories_by_similarity");
});
