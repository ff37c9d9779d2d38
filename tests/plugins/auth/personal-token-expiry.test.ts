import { expect, test } from "bun:test";
import { forgetExpired } from "../../../plugins/auth/jobs";
import { userTokens } from "../../../plugins/auth/tables";
import { json } from "../../../testing/factories";
import { useTestPlatform } from "../../../testing/test-platform";
import { refusal } from "./world/auth-world";
import { personalToken } from "./world/personal-tokens";

const platform = await useTestPlatform({ env: { COCOV_PERSONAL_TOKENS_ALLOW_NEVER_EXPIRING: "true" } });
const session = await platform.signIn("bob");
const day = 86_400;
const user = (token: string) => platform.request("GET", "/v1/user", { token });
const listed = async () => {
  const answer = await platform.request("GET", "/v1/personal_tokens", { token: session });
  return (await json<{ tokens: { id: number }[] }>(answer, 200)).tokens.map(({ id }) => id);
};

test("an expired token is invalid, listed for 30 days more, and then forgotten; one that never expires stays", async () => {
  const short = await personalToken(platform, session, { expires_in_days: 1 });
  const endless = await personalToken(platform, session, { expires_in_days: 0 });
  expect(endless.expires_at).toBeNull();
  expect((await user(short.token_value)).status).toBe(200);

  await platform.letTimePass(2 * day, [userTokens.expiresAt]);
  expect(await refusal(await user(short.token_value))).toEqual({ status: 401, code: "auth.invalid_token" });
  await platform.run(forgetExpired, {});
  expect(await listed()).toEqual([endless.id, short.id]);

  await platform.letTimePass(30 * day, [userTokens.expiresAt]);
  await platform.run(forgetExpired, {});
  expect(await listed()).toEqual([endless.id]);
  expect((await user(endless.token_value)).status).toBe(200);
  expect((await user(session)).status).toBe(200);
});

test("whoever asks hears who they are and what their token is good for", async () => {
  const whole = { id: expect.any(Number), login: "bob", avatar_url: expect.any(String), admin: false };
  expect(await json<object>(await user(session), 200)).toEqual({
    ...whole,
    token: { kind: "auth", scopes: null, expires_at: null },
  });
  const { token_value, expires_at } = await personalToken(platform, session, { scopes: ["write"] });
  expect(await json<object>(await user(token_value), 200)).toEqual({
    ...whole,
    token: { kind: "personal", scopes: ["write"], expires_at },
  });
  expect(await refusal(await user(await platform.serviceToken()))).toEqual({ status: 403, code: "auth.forbidden" });
  expect(await json<object>(await user(await platform.admin()), 200)).toMatchObject({ login: "admin", admin: true });
});
