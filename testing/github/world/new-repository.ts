import { join } from "node:path";
import { cloneBareRepository, initBareRepository, openBareRepository } from "../git/bare-repository";
import type { TreeEntry } from "../git/commit-stream";
import type { Git } from "../git/git";
import { findRepository } from "./lookup";
import { type Repository, repositoryHandle } from "./repository";
import type { RepositoryRecord, World } from "./world";

/** A repository to add. */
export type NewRepository = {
  name: string;
  id?: number;
  /** Login of the organization (the default) or of a user. */
  owner?: string;
  /** Default: true. */
  private?: boolean;
  description?: string | null;
  /** Default: `main`, or that of `from`. */
  defaultBranch?: string;
  /** Folder of an existing repository to copy and serve. */
  from?: string;
  /** Another one whose git repository it shares: then it costs next to nothing. */
  sharing?: { path: string };
  /** Files of a first commit on the default branch. Neither these nor `from`: an empty repository. */
  files?: Record<string, TreeEntry>;
};

/**
 * @param folder where bare repositories live
 * @throws {Error} when the name is taken, or `from` is no repository
 */
export async function addRepository(world: World, git: Git, folder: string, wanted: NewRepository): Promise<Repository> {
  const owner = wanted.owner ?? world.organization.login;
  if (findRepository(world, owner, wanted.name) !== undefined)
    throw new Error(`there is a repository ${owner}/${wanted.name} already`);
  const id = wanted.id ?? world.nextId();
  const { bare, defaultBranch } = await makeBare(git, join(folder, `${id}.git`), wanted);
  const now = new Date();
  const record: RepositoryRecord = {
    id,
    owner,
    name: wanted.name,
    private: wanted.private ?? true,
    archived: false,
    description: wanted.description ?? null,
    defaultBranch,
    createdAt: now,
    updatedAt: now,
    pushedAt: wanted.from === undefined ? null : now,
    collaborators: new Map(),
    appAccess: true,
    bare,
  };
  world.repositories.set(id, record);
  const repository = repositoryHandle(world, git, record);
  if (wanted.files !== undefined) await repository.commit({ files: wanted.files, message: "Begin" });
  return repository;
}

async function makeBare(git: Git, path: string, { from, sharing, defaultBranch: branch }: NewRepository) {
  const defaultBranch = branch ?? "main";
  if (sharing !== undefined) return { bare: openBareRepository(git, sharing.path), defaultBranch };
  if (from === undefined) return { bare: await initBareRepository(git, path, defaultBranch), defaultBranch };
  return await cloneBareRepository(git, from, path, branch);
}
