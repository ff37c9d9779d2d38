import { type Fields, fieldName } from "./form";

/** The page a request asks for, and the paging block of its answer. */
export interface Page {
  /** 1-based. */
  readonly number: number;
  /** Rows a page, 1 to 100 unless the route fixes it. */
  readonly size: number;
  /** Rows before this page. */
  readonly offset: number;
  /** @returns the paging block of the answer, with absolute links, for a list of `total` rows in all */
  block(total: number): PagingBlock;
}

export interface PagingBlock {
  prev_page?: string;
  next_page?: string;
  page: number;
  total_pages: number;
}

export const defaultPageSize = 25;
export const largestPageSize = 100;
/** Keeps `offset` a number that PostgreSQL and JavaScript both hold exactly. */
const lastPage = Math.floor(Number.MAX_SAFE_INTEGER / largestPageSize);

/**
 * Reads `page` and `per_page`. They are never an error: what isn't a positive integer is the default, what is too large the limit.
 *
 * @param query the request's query parameters
 * @param href the request's absolute address as its caller saw it; only asked for when there are links to make
 * @param fixedSize rows a page, at most 100, whatever `per_page` says
 */
export function readPage(query: Fields, href: () => string, fixedSize?: number): Page {
  const number = Math.min(positiveInteger(query.page, 1), lastPage);
  const size = fixedSize ?? Math.min(positiveInteger(query.per_page, defaultPageSize), largestPageSize);
  return {
    number,
    size,
    offset: (number - 1) * size,
    block(total) {
      const pages = Math.ceil(total / size);
      const block: PagingBlock = { page: number, total_pages: pages };
      if (number > pages || pages === 1) return block;
      const link = pageLinks(href());
      if (number > 1) block.prev_page = link(number - 1);
      if (number < pages) block.next_page = link(number + 1);
      return block;
    },
  };
}

/** Works on the text: building `URL` objects would be a third of what the core adds to a list's cost. */
function pageLinks(href: string): (page: number) => string {
  const question = href.indexOf("?");
  if (question < 0) return (page) => `${href}?page=${page}`;
  const others = href
    .slice(question + 1)
    .split("&")
    .filter((pair) => pair !== "" && fieldName(pair) !== "page");
  const rest = others.length > 0 ? `&${others.join("&")}` : "";
  return (page) => `${href.slice(0, question)}?page=${page}${rest}`;
}

function positiveInteger(text: unknown, otherwise: number): number {
  if (typeof text !== "string" || !/^\d+$/.test(text)) return otherwise;
  return Number(text) || otherwise;
}
