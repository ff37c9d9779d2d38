import { ApiError, type Database, defineCredential, type Guard } from "../../core";
import { type Auth, errors as authErrors, credentialIn } from "../auth";
import type { Repositories, RepositoryRow } from "../repositories";

const credential = defineCredential("repositoryToken", {
  type: "apiKey",
  in: "header",
  name: "Authorization",
  description: "`token`, a space, and the repository's token (`crt_…`).",
});

interface Parts {
  db: Database;
  auth: Auth;
  repositories: Repositories;
}

/** Lets uploads of a repository in that show its token. Who tries many is held off. */
export function repositoryTokenGuard({ db, auth, repositories }: Parts): Guard<object, { repository: RepositoryRow }> {
  async function holderOf(header: string | null): Promise<RepositoryRow> {
    const repository = await repositories.findRepositoryByToken(db, credentialIn(header, "token"));
    if (!repository) throw authErrors.fail("auth.forbidden", "No repository has this token");
    return repository;
  }

  return {
    label: "repository token",
    security: credential,
    adds: { repository: "the repository whose token it is" },
    errors: ["auth.no_authorization", "auth.invalid_token", "auth.forbidden", "request.rate_limited"],
    async check(context) {
      const header = context.request.headers.get("authorization");
      try {
        const repository = await holderOf(header);
        context.actor = `repository:${repository.name}`;
        context.credential = "repository";
        return { repository };
      } catch (error) {
        const isRefused = error instanceof ApiError && error.code !== "auth.no_authorization";
        throw isRefused ? await auth.limits.credential(header ?? "", error) : error;
      }
    },
  };
}
