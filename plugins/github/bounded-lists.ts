import type { Octokit } from "@octokit/rest";
import { UntrustedAnswer } from "./untrusted-answer";

/** Pages a list may have; at 100 a page, more than any organization has of anything. */
const mostPages = 1000;

/**
 * Ends lists whose pages have no end: which page comes next, and whether one does, is for the server to say. Replaces the Octokit's
 * `paginate`; calls that read more than {@link mostPages} pages are rejected with an {@link UntrustedAnswer}.
 */
export function boundLists(octokit: Pick<Octokit, "paginate">): void {
  const { paginate } = octokit;
  octokit.paginate = Object.assign(
    new Proxy(paginate, {
      apply(target, self, [route, ...rest]) {
        const [parameters, each] = typeof rest[0] === "function" ? [{}, rest[0]] : rest;
        const count = pageCounter();
        const counted = (response: { data: unknown }, done: () => void) => {
          count();
          return typeof each === "function" ? each(response, done) : response.data;
        };
        return Reflect.apply(target, self, [route, parameters, counted]);
      },
    }),
    {
      iterator: new Proxy(paginate.iterator, {
        apply: (target, self, parameters) => bounded(Reflect.apply(target, self, parameters)),
      }),
    },
  );
}

async function* bounded<Page>(pages: AsyncIterable<Page>): AsyncGenerator<Page> {
  const count = pageCounter();
  for await (const page of pages) {
    count();
    yield page;
  }
}

function pageCounter(): () => void {
  let pages = 0;
  return () => {
    pages += 1;
    if (pages > mostPages) throw new UntrustedAnswer(`GitHub's list has more than ${mostPages} pages`);
  };
}
