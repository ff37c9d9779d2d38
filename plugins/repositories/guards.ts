import { type Database, type Guard, notFound, parameter } from "../../core";
import { type Auth, errors as authErrors, type Caller, type ServiceCaller, type ServiceScope, seesEverything } from "../auth";
import { findCommitBySha, type RepositoryReference, reachRepository } from "./find";
import { atLeast, type Level } from "./level";
import type { CommitRow, RepositoryRow } from "./rows";

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

type Scope<Who extends Caller, Params, Adds extends object> = Guard<{ readonly caller: Who; readonly params: Params }, Adds>;

/** Guard pairs for routes below a repository: spread one into the route, e.g. `...repositories.member`. */
export interface RepositoryGuards {
  /** Members at any level, platform admins and service tokens; `/:repo_name`. */
  readonly member: { access: Auth["any"]; scope: Scope<Caller, { repo_name: string }, InRepository> };
  /** The same for members at `level` or above; members below it get 403. */
  atLevel(level: Level): RepositoryGuards["member"];
  /** Members; `/:repo_name/commits/:commit_sha`. */
  readonly memberOfCommit: { access: Auth["any"]; scope: Scope<Caller, { repo_name: string; commit_sha: string }, InCommit> };
  /** Service tokens with that scope; `/:repo_id`. */
  service(scope: ServiceScope): {
    access: ReturnType<Auth["service"]>;
    scope: Scope<ServiceCaller, { repo_id: number }, InRepository>;
  };
  /** Service tokens with that scope; `/:repo_id/commits/:commit_sha`. */
  serviceOfCommit(scope: ServiceScope): {
    access: ReturnType<Auth["service"]>;
    scope: Scope<ServiceCaller, { repo_id: number; commit_sha: string }, InCommit>;
  };
}

export function createRepositoryGuards({ db, auth }: { db: Database; auth: Auth }): RepositoryGuards {
  const missing = ["not_found"];

  async function reach(caller: Caller, reference: RepositoryReference): Promise<InRepository> {
    const repository = await reachRepository(db, reference, caller.kind === "user" ? caller.githubId : null);
    const level = repository && (seesEverything(caller) ? "admin" : repository.level);
    // A repository one can't see doesn't exist.
    if (!repository || !level) throw notFound("There is no such repository");
    return { repository, level };
  }

  async function reachCommit(caller: Caller, reference: RepositoryReference, sha: string): Promise<InCommit> {
    const inRepository = await reach(caller, reference);
    const commit = await findCommitBySha(db, inRepository.repository.id, sha);
    if (!commit) throw notFound("There is no such commit");
    return { ...inRepository, commit };
  }

  const guards: RepositoryGuards = {
    member: {
      access: auth.any,
      scope: {
        label: "member",
        adds: inRepository,
        errors: missing,
        check: ({ caller, params }) => reach(caller, { name: params.repo_name }),
      },
    },
    atLevel: (wanted) => ({
      access: auth.any,
      scope: {
        label: wanted === "admin" ? "repository admin" : wanted,
        adds: inRepository,
        errors: [...missing, "auth.forbidden"],
        check: async ({ caller, params }) => {
          const found = await reach(caller, { name: params.repo_name });
          if (!atLeast(found.level, wanted))
            throw authErrors.fail("auth.forbidden", `This needs the level ${wanted} in the repository`);
          return found;
        },
      },
    }),
    memberOfCommit: {
      access: auth.any,
      scope: {
        label: "member",
        adds: inCommit,
        errors: missing,
        check: ({ caller, params }) => reachCommit(caller, { name: params.repo_name }, params.commit_sha),
      },
    },
    service(wanted) {
      const access = auth.service(wanted);
      const { label } = access;
      return {
        access,
        scope: {
          label,
          adds: inRepository,
          errors: missing,
          check: ({ caller, params }) => reach(caller, { id: params.repo_id }),
        },
      };
    },
    serviceOfCommit(wanted) {
      const access = auth.service(wanted);
      const check: ReturnType<RepositoryGuards["serviceOfCommit"]>["scope"]["check"] = ({ caller, params }) =>
        reachCommit(caller, { id: params.repo_id }, params.commit_sha);
      return { access, scope: { label: access.label, adds: inCommit, errors: missing, check } };
    },
  };
  return guards;
}
