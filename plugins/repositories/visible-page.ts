import type { Database, Logger, Page, PageOf, RequestContext } from "../../core";
import { type Caller, definePageReading, type Reading, seesEverything } from "../auth";
import { byName } from "./list";
import { defaultBranchJoin, type ShownRepository, shownRepositoryColumns } from "./rows";

type ListedPage = PageOf<ShownRepository>;

/** How many repositories there are, or are a member's, as kept. */
const counted = (member: string): string =>
  `(SELECT coalesce(sum(change), 0)::bigint FROM repository_count_changes WHERE github_member_id = ${member})`;
const all = counted("0");
const own = counted('caller."githubId"');

/** Whose repositories, and in which way they are found; see {@link ways}. */
type Way = "all" | "many" | "few";

/** `repositories r` as far as they are visible, and how many those are. */
const ways: Readonly<Record<Way, { readonly visible: string; readonly total: string }>> = {
  /** For who sees everything. */
  all: { visible: "repositories r", total: all },
  /** For members: goes through all by name until the page is full. */
  many: {
    visible: 'repositories r JOIN repository_members m ON m.repository_id = r.id AND m.github_member_id = caller."githubId"',
    total: own,
  },
  /**
   * For members: looks up all that are theirs, and sorts them. `LIMIT` and `OFFSET 0` are fences: PostgreSQL makes one plan for
   * everybody, and would do so as is best for the average.
   */
  few: {
    visible: `
      (SELECT repository_id FROM repository_members WHERE github_member_id = caller."githubId" ORDER BY repository_id LIMIT ${own}) m,
      LATERAL (SELECT * FROM repositories WHERE id = m.repository_id OFFSET 0) r`,
    total: own,
  },
};

/**
 * A page, by name. Its rows are found first: what is shown of them is then read of no others.
 * @param limit of a first page its size, written out: PostgreSQL takes a size that it doesn't know for a tenth of all rows
 */
const pageOf = (way: Way, limit: number | "LIMIT $2 OFFSET $3"): Reading<ListedPage> =>
  definePageReading({
    page: `
      SELECT ${shownRepositoryColumns}
        FROM (SELECT r.* FROM ${ways[way].visible}
               ORDER BY ${byName} ${typeof limit === "number" ? `LIMIT ${limit}` : limit}) r ${defaultBranchJoin} ORDER BY ${byName}`,
    fields: ["id", "name", "description", "defaultBranch", "token", "lacksDefaultBranch", "coverage", "issues"],
    total: ways[way].total,
    values({ page, query: { search_term } }) {
      if (search_term !== undefined && search_term !== "") return undefined;
      return typeof limit === "number" ? [] : [page.size, page.offset];
    },
  });

/** One for each way and size that was asked for; sizes go up to 100. */
const firstPages = new Map<string, Reading<ListedPage>>();
const laterPages = {
  all: pageOf("all", "LIMIT $2 OFFSET $3"),
  many: pageOf("many", "LIMIT $2 OFFSET $3"),
  few: pageOf("few", "LIMIT $2 OFFSET $3"),
};

function readingOf(way: Way, { size, offset }: Pick<Page, "size" | "offset">): Reading<ListedPage> {
  if (offset > 0) return laterPages[way];
  const key = `${way} ${size}`;
  const known = firstPages.get(key) ?? pageOf(way, size);
  firstPages.set(key, known);
  return known;
}

/** Reads the list's pages with their callers. */
export interface VisiblePages {
  /** The way that is right for whoever sends that credential, and the cheaper one, as far as is remembered; else the one for most. */
  readonly choose: (context: RequestContext) => Reading<ListedPage>;
  /** @returns what was read; undefined when it was read in a way that isn't the caller's: the next time it will be */
  page(request: Request, caller: Caller, read: ListedPage): ListedPage | undefined;
}

/** Credentials that are remembered at most. */
const mostRemembered = 10_000;
/** Milliseconds after which the number of all repositories is asked for again. */
const recount = 60_000;

export function createVisiblePages({ db, log }: { db: Database; log: Logger }): VisiblePages {
  const remembered = new Map<number | bigint, { readonly admin: boolean; readonly total: number }>();
  const chosen = new WeakMap<Request, Way>();
  let repositories = 0;
  let countedAt = Number.NEGATIVE_INFINITY;

  // No key to anything: whoever reads the memory doesn't find a token in it.
  const keyOf = (request: Request) => Bun.hash(request.headers.get("authorization") ?? "");

  /** Only says which way is cheaper, so that it may be old, and is waited for by nobody. */
  function countAll(): void {
    if (performance.now() - countedAt < recount) return;
    countedAt = performance.now();
    db.sql<{ total: number }[]>`SELECT ${db.sql.unsafe(all)} AS total`
      .then(([row]) => {
        repositories = row?.total ?? 0;
      })
      .catch((error: unknown) => log.warn({ err: error }, "repositories weren't counted: pages may be read in the slower way"));
  }

  function wayOf({ request, page }: RequestContext): Way {
    const known = remembered.get(keyOf(request));
    if (!known) return "many";
    if (known.admin) return "all";
    const stepsByName = ((page.offset + page.size) * repositories) / Math.max(known.total, 1);
    return known.total < stepsByName ? "few" : "many";
  }

  return {
    choose(context) {
      const way = wayOf(context);
      chosen.set(context.request, way);
      return readingOf(way, context.page);
    },

    page(request, caller, read) {
      countAll();
      const admin = seesEverything(caller);
      if (remembered.size >= mostRemembered) remembered.clear();
      remembered.set(keyOf(request), { admin, total: read.total });
      return (chosen.get(request) === "all") === admin ? read : undefined;
    },
  };
}
