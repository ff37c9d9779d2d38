import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { z } from "zod";
import { parseForm } from "../../../../core/services/http/form";
import { anyone } from "../../../../core/services/http/guard";
import { readPage } from "../../../../core/services/http/paging";
import { route } from "../../../../core/services/http/route";
import { send, serverWith } from "./http-under-test";

const href = "http://api.example.org/v1/widgets";
const pageOf = (query: string) => readPage(parseForm(query, "tolerant"), () => `${href}${query === "" ? "" : `?${query}`}`);

describe("page and per_page", () => {
  test.each([
    ["", 1, 25, 0],
    ["page=3&per_page=10", 3, 10, 20],
    ["page=0&per_page=0", 1, 25, 0],
    ["page=-1&per_page=-1", 1, 25, 0],
    ["page=abc&per_page=1.5", 1, 25, 0],
    ["page=&per_page=", 1, 25, 0],
    ["per_page=101", 1, 100, 0],
    ["per_page=99999999999999999999", 1, 100, 0],
  ])("of ?%s are clamped", (query, number, size, offset) => {
    expect(pageOf(query)).toMatchObject({ number, size, offset });
  });

  test("never give an offset that PostgreSQL can't take", () => {
    expect(pageOf("page=99999999999999999999&per_page=100").offset).toBeLessThanOrEqual(Number.MAX_SAFE_INTEGER);
  });
});

describe("the paging block", () => {
  test("has absolute links with the page replaced and the other parameters kept", () => {
    expect(pageOf("page=2&search_term=web%20ui&per_page=10").block(65)).toEqual({
      prev_page: `${href}?page=1&search_term=web%20ui&per_page=10`,
      next_page: `${href}?page=3&search_term=web%20ui&per_page=10`,
      page: 2,
      total_pages: 7,
    });
    expect(pageOf("").block(26).next_page).toBe(`${href}?page=2`);
  });

  test("has no link that leads nowhere", () => {
    expect(pageOf("").block(0)).toEqual({ page: 1, total_pages: 0 });
    expect(pageOf("").block(25)).toEqual({ page: 1, total_pages: 1 });
    expect(Object.keys(pageOf("page=1").block(60))).not.toContain("prev_page");
    expect(Object.keys(pageOf("page=3").block(60))).not.toContain("next_page");
    expect(pageOf("page=4").block(60)).toEqual({ page: 4, total_pages: 3 });
  });

  test("keeps every other parameter and asks for the neighbouring page, whatever the query", () => {
    const word = fc.string({ unit: "grapheme", maxLength: 8 });
    const queries = fc.array(fc.tuple(fc.oneof(word, fc.constantFrom("page", "per_page", "pa%67e")), word), { maxLength: 6 });
    fc.assert(
      fc.property(queries, fc.nat(1000), (pairs, total) => {
        const query = new URLSearchParams(pairs).toString();
        const { prev_page, next_page, page, total_pages } = pageOf(query).block(total);
        expect([prev_page !== undefined, next_page !== undefined]).toEqual([
          page > 1 && page <= total_pages,
          page < total_pages,
        ]);
        for (const [link, target] of [
          [prev_page, page - 1],
          [next_page, page + 1],
        ] as const) {
          if (link === undefined) continue;
          const linked = new URL(link).searchParams;
          expect(linked.getAll("page")).toEqual([String(target)]);
          linked.delete("page");
          const others = new URLSearchParams(query);
          others.delete("page");
          expect([...linked]).toEqual([...others]);
        }
      }),
    );
  });
});

test("a paginated route gets its page and the address its caller used", async () => {
  const paging = z.object({
    prev_page: z.string().optional(),
    next_page: z.string().optional(),
    page: z.int(),
    total_pages: z.int(),
  });
  const list = route({
    method: "GET",
    path: "/v1/widgets",
    summary: "List widgets",
    access: anyone,
    paginated: true,
    answers: { 200: z.object({ offset: z.int(), paging }) },
    handle: ({ page }) => ({ offset: page.offset, paging: page.block(9) }),
  });
  const server = serverWith([list]);
  expect((await send(server, "GET", "/v1/widgets?page=2&per_page=4&x=1")).body).toEqual({
    offset: 4,
    paging: { prev_page: `${href}?page=1&per_page=4&x=1`, next_page: `${href}?page=3&per_page=4&x=1`, page: 2, total_pages: 3 },
  });
});

test("where the size of pages is fixed, `per_page` changes nothing", async () => {
  const list = route({
    method: "GET",
    path: "/v1/widgets",
    summary: "List widgets",
    access: anyone,
    paginated: { size: 50 },
    answers: { 200: z.object({ offset: z.int(), size: z.int(), pages: z.int() }) },
    handle: ({ page }) => ({ offset: page.offset, size: page.size, pages: page.block(101).total_pages }),
  });
  expect((await send(serverWith([list]), "GET", "/v1/widgets?page=3&per_page=10")).body).toEqual({
    offset: 100,
    size: 50,
    pages: 3,
  });
});
