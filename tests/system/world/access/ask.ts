import type { Caller } from "./callers";
import type { Names } from "./furnish";
import type { Entry } from "./table";
import type { AccessWorld } from "./world";

export interface Answer {
  readonly status: number;
  readonly code: string | null;
  readonly text: string;
}

/** Sends what the entry says about one of the repositories. */
export async function ask(
  { platform, names, repositories }: AccessWorld,
  entry: Entry,
  caller: Caller,
  at: number,
): Promise<Answer> {
  const all: Names = { ...names, ...repositories[at]?.names };
  const path = entry.path.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(named(all, name)));
  const answer = await fetch(`${platform.url}${path}${entry.query === undefined ? "" : `?${entry.query}`}`, {
    method: entry.method,
    redirect: "manual",
    headers: {
      ...(caller.authorization === null ? {} : { authorization: caller.authorization }),
      ...(entry.body === undefined ? {} : { "content-type": "application/json" }),
    },
    ...(entry.body === undefined ? {} : { body: filled(entry.body, all) }),
  });
  const text = await answer.text();
  return { status: answer.status, code: answer.ok ? null : codeOf(text), text };
}

const filled = (body: object, names: Names): string =>
  JSON.stringify(body, (_, value: unknown) =>
    typeof value === "string" && value.startsWith(":") ? named(names, value.slice(1)) : value,
  );

function named(names: Names, name: string): string {
  const value = names[name];
  if (value === undefined) throw new Error(`the table names :${name}, which nothing stands for`);
  return value;
}

function codeOf(text: string): string | null {
  try {
    const { code }: { code: string } = JSON.parse(text);
    return code;
  } catch {
    return null;
  }
}
