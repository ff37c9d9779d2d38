import { json } from "../../../testing/factories";
import { type TestPlatform, useTestPlatform } from "../../../testing/test-platform";

/** The platform, and what acts can be done to. */
export interface ActsWorld {
  readonly platform: TestPlatform;
  /** A session of the platform's admin. */
  readonly admin: string;
  /** Makes a repository with one commit. @returns the path below which the platform shows it, and the same of the commit */
  repositoryWith(files?: Record<string, string>): Promise<{ repository: string; commit: string }>;
  /** Signs somebody in. @returns their id */
  userId(): Promise<number>;
  /** Asks something as the admin. @throws when the answer has another status */
  asked<T>(status: number, method: string, path: string, body?: unknown): Promise<T>;
}

export async function useActsWorld(): Promise<ActsWorld> {
  const platform = await useTestPlatform({ settings: { cache: { serviceUrl: "http://cache.example.org" } } });
  const admin = await platform.admin();
  let made = 0;
  return {
    platform,
    admin,
    async repositoryWith(files = { "README.md": "# Hello\n" }) {
      made += 1;
      const { onGitHub } = await platform.createRepository({
        name: `made-${made}`,
        files,
        collaborators: { admin: "admin" },
      });
      const repository = `/v1/repositories/${onGitHub.name}`;
      return { repository, commit: `${repository}/commits/${await onGitHub.head()}` };
    },
    async userId() {
      made += 1;
      const login = `person-${made}`;
      await platform.signIn(login);
      const [user] = await platform.db.sql<{ id: number }[]>`SELECT id FROM users WHERE login = ${login}`;
      return user?.id ?? 0;
    },
    asked: async (status, method, path, body) =>
      await json(await platform.request(method, path, { token: admin, body }), status),
  };
}
