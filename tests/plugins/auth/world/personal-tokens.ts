import { json } from "../../../../testing/factories";
import type { TestServer } from "../../../../testing/server";

/** A personal token as it is shown when it is made. */
export interface MadeToken {
  id: number;
  description: string;
  scopes: string[];
  created_at: string;
  expires_at: string | null;
  last_used_at: string | null;
  token_value: string;
}

/** Makes a personal token for whose session it is. */
export async function personalToken(
  server: Pick<TestServer, "request">,
  session: string,
  body: object = {},
): Promise<MadeToken> {
  const wanted = { description: "Script", ...body };
  return await json(await server.request("POST", "/v1/personal_tokens", { token: session, body: wanted }), 201);
}
