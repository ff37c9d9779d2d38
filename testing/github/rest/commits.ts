import { readCommits } from "../git/commit-log";
import { json, notFound, problem } from "../http/answers";
import { pageOf } from "../http/paging";
import { commitShape } from "../shapes/commit";
import type { Site } from "../site";
import type { RepositoryRecord } from "../world/world";
import { type ApiRoute, repositoryRoute } from "./api-route";

/** More history than this isn't listed. */
const longestHistory = 1000;

/** Commits and branches, read from the real repository. */
export function commitRoutes(site: Site): ApiRoute[] {
  const shape = (repository: RepositoryRecord, commit: Parameters<typeof commitShape>[3]) =>
    commitShape(site.world, site.urls, repository, commit);
  return [
    repositoryRoute(site, "GET /commits", async ({ repository, call }) => {
      if ((await repository.bare.branches()).length === 0) return problem(409, "Git Repository is empty.");
      const wanted = call.request.url.searchParams.get("sha") ?? repository.defaultBranch;
      const sha = await repository.bare.resolve(wanted);
      if (sha === null) return notFound();
      const commits = await readCommits(site.git, repository.bare, sha, longestHistory);
      return pageOf(
        call.request.url,
        commits.map((commit) => shape(repository, commit)),
      );
    }),
    repositoryRoute(site, "GET /commits/*ref", async ({ repository, call }) => {
      if ((await repository.bare.branches()).length === 0) return problem(409, "Git Repository is empty.");
      const ref = call.parameter("ref");
      const sha = await repository.bare.resolve(ref);
      const [commit] = sha === null ? [] : await readCommits(site.git, repository.bare, sha, 1);
      return commit === undefined ? problem(422, `No commit found for SHA: ${ref}`) : json(200, shape(repository, commit));
    }),
    repositoryRoute(site, "GET /branches", async ({ repository, call }) => {
      const names = await repository.bare.branches();
      const branches = names.map(async (name) =>
        branchHead(repository, name, await repository.bare.resolve(`refs/heads/${name}`)),
      );
      return pageOf(call.request.url, await Promise.all(branches));
    }),
    repositoryRoute(site, "GET /branches/*ref", async ({ repository, call }) => {
      const name = call.parameter("ref");
      const sha = await repository.bare.resolve(`refs/heads/${name}`);
      const [commit] = sha === null ? [] : await readCommits(site.git, repository.bare, sha, 1);
      if (commit === undefined) return problem(404, "Branch not found");
      return json(200, { name, commit: shape(repository, commit), protected: false });
    }),
    repositoryRoute(site, "GET /git/ref/*ref", async ({ repository, call }) => {
      const ref = `refs/${call.parameter("ref")}`;
      const sha = await repository.bare.resolve(ref);
      return sha === null ? notFound() : json(200, { ref, object: { type: "commit", sha } });
    }),
  ];

  function branchHead(repository: RepositoryRecord, name: string, sha: string | null) {
    const url = `${site.urls.api}/repos/${repository.owner}/${repository.name}/commits/${sha}`;
    return { name, commit: { sha, url }, protected: false };
  }
}
