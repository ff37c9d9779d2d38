import { json } from "../../../testing/factories";
import { type TestPlatform, useTestPlatform } from "../../../testing/test-platform";

/** A secret as it is shown. */
export interface ShownSecret {
  readonly id: number;
  readonly name: string;
  readonly scope: string;
  readonly owner: { readonly login: string; readonly avatar_url: string | null };
  readonly last_used_at: string | null;
  readonly created_at: string;
}

/** A platform with two repositories, and everybody who may be told apart. */
export interface SecretsWorld {
  readonly platform: TestPlatform;
  /** Name of the repository that the people below have to do with. */
  readonly repository: string;
  readonly repositoryId: number;
  /** One that only the admin sees. */
  readonly hidden: string;
  /** Tokens. `user`, `maintainer` and `owner` (its admin) are members of the repository, `stranger` is of none. */
  readonly tokens: Readonly<Record<"admin" | "owner" | "maintainer" | "user" | "stranger" | "service", string>>;
  /** @returns status and code of the answer; the code is null where there is none */
  outcome(answer: Response | Promise<Response>): Promise<{ status: number; code: string | null }>;
  /** @param repository of which one, or none for the organization */
  createSecret(name: string, data: string, repository?: string): Promise<ShownSecret>;
}

/** @param plugins paths of plugins besides the project's own */
export async function useSecretsWorld(plugins: readonly string[] = []): Promise<SecretsWorld> {
  const platform = await useTestPlatform({ plugins });
  const admin = await platform.admin();
  const people = {
    owner: await platform.signIn("olga"),
    maintainer: await platform.signIn("mia"),
    user: await platform.signIn("ulf"),
    stranger: await platform.signIn("stan"),
  };
  const { repository } = await platform.createRepository({
    name: "shop",
    collaborators: { olga: "admin", mia: "maintain", ulf: "read" },
  });
  const { repository: hidden } = await platform.createRepository({ name: "vault" });
  return {
    platform,
    repository: repository.name,
    repositoryId: repository.id,
    hidden: hidden.name,
    tokens: { admin, ...people, service: await platform.serviceToken() },
    async outcome(answer) {
      const { status, text } = await Promise.resolve(answer).then(async (it) => ({ status: it.status, text: await it.text() }));
      return { status, code: text.startsWith('{"code"') ? JSON.parse(text).code : null };
    },
    async createSecret(name, data, of) {
      const path = of === undefined ? "/v1/secrets" : `/v1/repositories/${of}/secrets`;
      return await json(await platform.request("POST", path, { token: admin, body: { name, data } }), 201);
    },
  };
}
