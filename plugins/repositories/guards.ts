import { type Database, type Guard, notFound, parameter } from "../../core";
import {
  type Auth,
  errors as authErrors,
  type Caller,
  type Read,
  type Reading,
  type ServiceCaller,
  type ServiceScope,
  seesEverything,
} from "../auth";
import { atLeast, type Level } from "./level";
import { byId, byName, commitById, commitByName, type ReachedCommitRow, type ReachedRow, reachRepository } from "./reach";
import { type CommitRow, commitBeside, type RepositoryRow } from "./rows";

/** Path parameters of routes that name a repository, or one of its commits, to spread into a route's `params`. */
export const named = { repo_name: parameter.text() };
export const namedCommit = { repo_name: parameter.text(), commit_sha: parameter.text() };
export const numbered = { repo_id: parameter.id() };
export const numberedCommit = { repo_id: parameter.id(), commit_sha: parameter.text() };

interface InRepository {
  readonly repository: RepositoryRow;
  /** `admin` for callers who see everything. */
  readonly level: Level;
}
interface InCommit extends InRepository {
  readonly commit: CommitRow;
}

const inRepository = { repository: "the repository", level: "what the caller may do there" };
const inCommit = { ...inRepository, commit: "the commit" };

/** A guard that finds out who calls and reads what the path leads to, in one statement, and one that judges that. */
interface Pair<Who extends Caller, Row extends object, Adds extends object> {
  readonly access: Guard<object, { caller: Who } & Read<Row>>;
  readonly scope: Guard<{ readonly caller: Who } & Read<Row>, Adds>;
}

/** The scope reads for itself behind an access guard that doesn't. */
interface NamedPair extends Pick<Pair<Caller, ReachedRow, InRepository>, "access"> {
  readonly scope: Guard<
    { readonly caller: Caller; readonly params: { repo_name: string } } & Partial<Read<ReachedRow>>,
    InRepository
  >;
}

/** Guard pairs for routes below a repository: spread one into the route, e.g. `...repositories.member`. */
export interface RepositoryGuards {
  /** Members at any level, platform admins and service tokens; `/:repo_name`. */
  readonly member: NamedPair;
  /** The same for members at `level` or above; members below it get 403. */
  atLevel(level: Level): NamedPair;
  /** Members; `/:repo_name/commits/:commit_sha`. */
  readonly memberOfCommit: Pair<Caller, ReachedCommitRow, InCommit>;
  /** Service tokens with that scope; `/:repo_id`. */
  service(scope: ServiceScope): Pair<ServiceCaller, ReachedRow, InRepository>;
  /** Service tokens with that scope; `/:repo_id/commits/:commit_sha`. */
  serviceOfCommit(scope: ServiceScope): Pair<ServiceCaller, ReachedCommitRow, InCommit>;
  /** For other access guards in front of the scopes of members: `access: auth.user.reading(guards.byName)`. */
  readonly byName: Reading<ReachedRow>;
  readonly commitByName: Reading<ReachedCommitRow>;
}

export function createRepositoryGuards({ db, auth }: { db: Database; auth: Auth }): RepositoryGuards {
  const missing = ["not_found"];

  function judge(caller: Caller, row: ReachedRow | null | undefined): InRepository {
    const level = row && row.id !== null && (seesEverything(caller) ? "admin" : row.level);
    // A repository one can't see doesn't exist.
    if (!row || row.id === null || !level) throw notFound("There is no such repository");
    return { repository: row, level };
  }

  function judgeCommit(caller: Caller, row: ReachedCommitRow | null): InCommit {
    const inRepository = judge(caller, row);
    const commit = row && commitBeside(row);
    if (!commit) throw notFound("There is no such commit");
    return { ...inRepository, commit };
  }

  const memberScope: NamedPair["scope"] = {
    label: "member",
    adds: inRepository,
    errors: missing,
    check: async ({ caller, params, read }) =>
      judge(caller, read === undefined ? await reachRepository(db, params.repo_name, caller) : read),
  };

  return {
    byName,
    commitByName,
    member: { access: auth.any.reading(byName), scope: memberScope },
    atLevel: (wanted) => ({
      access: auth.any.reading(byName),
      scope: {
        label: wanted === "admin" ? "repository admin" : wanted,
        adds: inRepository,
        errors: [...missing, "auth.forbidden"],
        check: async (context) => {
          const found = await memberScope.check(context);
          if (!atLeast(found.level, wanted))
            throw authErrors.fail("auth.forbidden", `This needs the level ${wanted} in the repository`);
          return found;
        },
      },
    }),
    memberOfCommit: {
      access: auth.any.reading(commitByName),
      scope: {
        label: "member",
        adds: inCommit,
        errors: missing,
        check: ({ caller, read }) => judgeCommit(caller, read),
      },
    },
    service(wanted) {
      const access = auth.service(wanted).reading(byId);
      const { label } = access;
      return {
        access,
        scope: { label, adds: inRepository, errors: missing, check: ({ caller, read }) => judge(caller, read) },
      };
    },
    serviceOfCommit(wanted) {
      const access = auth.service(wanted).reading(commitById);
      const { label } = access;
      return {
        access,
        scope: { label, adds: inCommit, errors: missing, check: ({ caller, read }) => judgeCommit(caller, read) },
      };
    },
  };
}
