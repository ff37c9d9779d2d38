import { json } from "./answers";

/**
 * Answers one page of a list with the `Link` header that clients follow
 * (https://docs.github.com/rest/using-the-rest-api/using-pagination-in-the-rest-api).
 *
 * @param url the request's URL, with `page` (from 1) and `per_page` (30, at most 100)
 * @param items the whole list
 * @param wrap makes the body of the page's items, for lists that come inside an object
 */
export function pageOf<T>(url: URL, items: T[], wrap: (page: T[]) => unknown = (page) => page): Response {
  const size = Math.min(positive(url.searchParams.get("per_page"), 30), 100);
  const page = positive(url.searchParams.get("page"), 1);
  const last = Math.max(1, Math.ceil(items.length / size));
  const body = wrap(items.slice((page - 1) * size, page * size));
  const links: string[] = [];
  if (page > 1) links.push(link(url, Math.min(page - 1, last), "prev"));
  if (page < last) links.push(link(url, page + 1, "next"), link(url, last, "last"));
  if (page > 1) links.push(link(url, 1, "first"));
  return json(200, body, links.length > 0 ? { link: links.join(", ") } : {});
}

function link(url: URL, page: number, relation: string): string {
  const target = new URL(url);
  target.searchParams.set("page", `${page}`);
  return `<${target}>; rel="${relation}"`;
}

function positive(text: string | null, otherwise: number): number {
  const value = Number(text);
  return Number.isInteger(value) && value > 0 ? value : otherwise;
}
