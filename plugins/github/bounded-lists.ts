import type { Octokit } from "@octokit/rest";
import { namedList } from "./named-list";
import { UntrustedAnswer } from "./untrusted-answer";

/** Pages a list may have; at 100 a page, more than any organization has of anything. */
const mostPages = 1000;

/**
 * Ends lists whose pages have no end: which page comes next, and whether one does, is for the server to say. Replaces the Octokit's
 * `paginate`; calls that read more than {@link mostPages} pages are rejected with an {@link UntrustedAnswer}.
 *
 * So are those in which GitHub answers 409 to a page. Octokit takes that for an empty last page, which it is for commits of an empty
 * repository only: a list of people that is cut short would look whole, and cost the others their access.
 */
export function boundLists(octokit: Pick<Octokit, "paginate" | "request">): void {
  const { paginate } = octokit;
  octokit.paginate = Object.assign(
    new Proxy(paginate, {
      apply(target, self, [route, ...rest]) {
        const [parameters, each] = typeof rest[0] === "function" ? [{}, rest[0]] : rest;
        const count = pageCounter();
        const counted = (response: ListPage & { data: unknown }, done: () => void) => {
          count(response);
          return typeof each === "function" ? each(response, done) : response.data;
        };
        return Reflect.apply(target, self, [namedList(octokit, route), parameters, counted]);
      },
    }),
    {
      iterator: new Proxy(paginate.iterator, {
        apply: (target, self, [route, ...rest]) => bounded(Reflect.apply(target, self, [namedList(octokit, route), ...rest])),
      }),
    },
  );
}

/** What is looked at of a page. */
interface ListPage {
  readonly headers: object;
}

async function* bounded<Page extends ListPage>(pages: AsyncIterable<Page>): AsyncGenerator<Page> {
  const count = pageCounter();
  for await (const page of pages) {
    count(page);
    yield page;
  }
}

function pageCounter(): (page: ListPage) => void {
  let pages = 0;
  return ({ headers }) => {
    // What Octokit makes up in place of a 409 has no headers; whatever came from a server has some.
    if (Object.keys(headers).length === 0) throw new UntrustedAnswer("GitHub broke off a list with 409");
    pages += 1;
    if (pages > mostPages) throw new UntrustedAnswer(`GitHub's list has more than ${mostPages} pages`);
  };
}
