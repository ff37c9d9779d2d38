import { z } from "zod";

/** The platform's HTTP API, as any client has it. */
export interface Api {
  /** @throws {Error} with the platform's answer when that isn't a success */
  call<T>(method: string, path: string, answer: z.ZodType<T>, body?: object): Promise<T>;
  /** Like a `GET`, with null for what isn't there. */
  find<T>(path: string, answer: z.ZodType<T>): Promise<T | null>;
  /** @returns how many bytes a `GET` would answer with */
  size(path: string): Promise<number>;
  /** @returns the same API for a caller with a token */
  as(token: string): Api;
}

const refusal = z.object({ code: z.string(), message: z.string() });

/** How long an answer may take, in milliseconds. */
const patience = 30_000;

/** @param signal ends requests */
export function createApi(url: string, signal: AbortSignal, token?: string): Api {
  const send = (method: string, path: string, body?: object) =>
    fetch(`${url}${path}`, {
      method,
      headers: {
        ...(token === undefined ? {} : { authorization: `bearer ${token}` }),
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.any([signal, AbortSignal.timeout(patience)]),
    });

  async function read<T>(method: string, path: string, answer: z.ZodType<T>, response: Response): Promise<T> {
    const text = await response.text();
    const json: unknown = text === "" ? undefined : JSON.parse(text);
    if (response.ok) return answer.parse(json);
    const refused = refusal.safeParse(json);
    const why = refused.success ? `${refused.data.code} (${refused.data.message})` : text.slice(0, 200);
    throw new Error(`${method} ${path} answered ${response.status} ${why}`);
  }

  return {
    call: async (method, path, answer, body) => read(method, path, answer, await send(method, path, body)),
    async find(path, answer) {
      const response = await send("GET", path);
      return response.status === 404 ? null : read("GET", path, answer, response);
    },
    async size(path) {
      const response = await send("HEAD", path);
      if (!response.ok) throw new Error(`HEAD ${path} answered ${response.status}`);
      return Number(response.headers.get("content-length"));
    },
    as: (other) => createApi(url, signal, other),
  };
}
