import { rm } from "node:fs/promises";
import type { BareRepository } from "../git/bare-repository";
import { type Author, commitStream, type TreeEntry } from "../git/commit-stream";
import type { Git } from "../git/git";
import type { Permission, RepositoryRecord, User, World } from "./world";

/** A commit to make; whatever is left out has a default. */
export type CommitOptions = {
  /** Default: the default branch. A branch that doesn't exist starts at `parent`, else at the default branch's head. */
  branch?: string;
  files?: Record<string, TreeEntry>;
  /** Paths to remove, files or whole folders. */
  delete?: string[];
  message?: string;
  /** Default: Ada Lovelace. */
  author?: Author | User;
  at?: Date;
  /** Commit to build on instead of the branch's head (a forced update); null makes a root commit. */
  parent?: string | null;
};

/** A repository on this GitHub, as tests handle it. */
export type Repository = {
  readonly id: number;
  readonly owner: string;
  readonly name: string;
  /** `<owner>/<name>` */
  readonly fullName: string;
  readonly defaultBranch: string;
  /** Folder of the bare repository that is served. */
  readonly path: string;
  /** @returns the new commit's SHA */
  commit(options?: CommitOptions): Promise<string>;
  /** @returns the branch's newest commit; null when there is none. Default: the default branch. */
  head(branch?: string): Promise<string | null>;
  branches(): Promise<string[]>;
  deleteBranch(name: string): Promise<void>;
  /** Sets or, with null, withdraws what a person may do. */
  setCollaborator(user: User, permission: Permission | null): void;
  /** Changes the named properties only. */
  update(changes: Partial<Pick<RepositoryRecord, "description" | "defaultBranch" | "private" | "archived">>): Promise<void>;
  /** The old name redirects from now on. */
  rename(name: string): void;
  /**
   * Gives it to another owner. The old name redirects from now on.
   * @param owner login of the organization or of a user
   */
  transfer(owner: string): void;
  /** Gives the App's installation access, or takes it away: the App then gets 404. */
  setAppAccess(covered: boolean): void;
  delete(): Promise<void>;
};

export function repositoryHandle(world: World, git: Git, record: RepositoryRecord): Repository {
  let lastCommit: Promise<unknown> = Promise.resolve();
  const touch = () => {
    record.updatedAt = new Date();
  };
  const leaveName = () => {
    world.formerNames.set(`${record.owner}/${record.name}`.toLowerCase(), record.id);
    touch();
  };
  return {
    id: record.id,
    get owner() {
      return record.owner;
    },
    get name() {
      return record.name;
    },
    get fullName() {
      return `${record.owner}/${record.name}`;
    },
    get defaultBranch() {
      return record.defaultBranch;
    },
    path: record.bare.path,
    commit(options = {}) {
      const commit = lastCommit.then(() => makeCommit(git, record, options));
      lastCommit = commit.catch(() => undefined);
      return commit;
    },
    head: (branch = record.defaultBranch) => record.bare.resolve(`refs/heads/${branch}`),
    branches: () => record.bare.branches(),
    deleteBranch: (name) => record.bare.deleteBranch(name),
    setCollaborator(user, permission) {
      if (permission === null) record.collaborators.delete(user.id);
      else record.collaborators.set(user.id, permission);
    },
    async update(changes) {
      Object.assign(record, changes);
      touch();
      if (changes.defaultBranch !== undefined) await record.bare.setHead(changes.defaultBranch);
    },
    rename(name) {
      leaveName();
      record.name = name;
    },
    transfer(owner) {
      leaveName();
      record.owner = owner;
    },
    setAppAccess(covered) {
      record.appAccess = covered;
    },
    async delete() {
      world.repositories.delete(record.id);
      world.deletedRepositories.set(record.id, record);
      await rm(record.bare.path, { recursive: true, force: true });
    },
  };
}

async function makeCommit(git: Git, record: RepositoryRecord, options: CommitOptions): Promise<string> {
  const branch = options.branch ?? record.defaultBranch;
  const stream = commitStream({
    branch,
    message: options.message ?? "Change something",
    author: authorOf(options.author),
    at: options.at ?? new Date(),
    parent: options.parent === undefined ? await startOf(record.bare, branch, record.defaultBranch) : options.parent,
    files: options.files ?? {},
    delete: options.delete ?? [],
  });
  const { text } = await git.run(["-C", record.bare.path, "fast-import", "--quiet", "--force"], stream);
  record.pushedAt = new Date();
  return text.trim();
}

async function startOf(bare: BareRepository, branch: string, defaultBranch: string): Promise<string | null> {
  return (await bare.resolve(`refs/heads/${branch}`)) ?? (await bare.resolve(`refs/heads/${defaultBranch}`));
}

function authorOf(author: Author | User | undefined): Author {
  if (author === undefined) return { name: "Ada Lovelace", email: "ada@example.org" };
  if ("email" in author) return author;
  return { name: author.name ?? author.login, email: author.emails.find((one) => one.primary)?.email ?? "" };
}
