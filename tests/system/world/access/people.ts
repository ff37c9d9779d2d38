import { json } from "../../../../testing/factories";
import type { TestPlatform } from "../../../../testing/test-platform";

/** A token with its id, to change what it may do. */
export interface Token {
  readonly id: number;
  readonly text: string;
}

/** Somebody with a session and personal tokens. */
export interface Person {
  readonly id: number;
  readonly gitHubId: number;
  readonly login: string;
  readonly session: string;
  readonly personal: readonly Token[];
}

const tokensEach = 3;

/** Signs somebody in, and has them make personal tokens. */
export async function arrive(platform: TestPlatform, login: string): Promise<Person> {
  const session = await platform.signIn(login);
  const { id } = await json<{ id: number }>(await platform.request("GET", "/v1/user", { token: session }), 200);
  const personal: Token[] = [];
  for (let made = 0; made < tokensEach; made += 1) {
    personal.push(await make(platform, "/v1/personal_tokens", session, { description: "Script" }));
  }
  return { id, gitHubId: platform.github.user(login).id, login, session, personal };
}

/** @param session of an admin */
export const makeServiceToken = async (platform: TestPlatform, session: string): Promise<Token> =>
  await make(platform, "/v1/admin/service_tokens", session, { description: "Program" });

async function make(platform: TestPlatform, path: string, token: string, body: object): Promise<Token> {
  const answer = await platform.request("POST", path, { token, body });
  const { id, token_value: text } = await json<{ id: number; token_value: string }>(answer, 201);
  return { id, text };
}
