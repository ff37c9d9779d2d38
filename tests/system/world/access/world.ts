import { json } from "../../../../testing/factories";
import { type TestPlatform, useTestPlatform } from "../../../../testing/test-platform";
import { type Casting, cast } from "./casting";
import { type Furnished, furnishPlatform, furnishRepository, type Names } from "./furnish";
import { arrive, makeServiceToken, type Person, type Token } from "./people";
import type { Entry } from "./table";

/** A platform with three repositories, and people and programs who may be anything. */
export interface AccessWorld {
  readonly platform: TestPlatform;
  /** Every route of the platform's documentation, as {@link routeKey} writes it. */
  readonly served: ReadonlySet<string>;
  readonly repositories: readonly Furnished[];
  readonly people: readonly Person[];
  readonly services: readonly Token[];
  /** A personal token that was valid once. */
  readonly expired: string;
  readonly names: Names;
  isServed(method: Entry["method"], path: string): boolean;
  /** Makes people and tokens what the casting says. */
  cast(casting: Casting): Promise<void>;
}

const repositoryNames = ["aardvark", "bittern", "capybara"];
const logins = ["ada", "bob", "carl", "dora", "eve"];
const services = ["all", "worker", "cache", "badges", "metrics"];

/** @returns a route with its parameters' names left out: those are the documentation's own */
export const routeKey = (method: string, path: string): string =>
  `${method.toUpperCase()} ${path.replace(/\{\w+\}|:\w+/g, "{}")}`;

export async function useAccessWorld(): Promise<AccessWorld> {
  const platform = await useTestPlatform({ settings: { cache: { serviceUrl: "http://cache.example.org" } } });
  const admin = await platform.admin();
  const { paths } = await json<{ paths: Record<string, object> }>(await platform.request("GET", "/swagger/json"), 200);
  const served = new Set(
    Object.entries(paths).flatMap(([path, operations]) => Object.keys(operations).map((method) => routeKey(method, path))),
  );
  const isServed: AccessWorld["isServed"] = (method, path) => served.has(routeKey(method, path));

  const people: Person[] = [];
  for (const login of logins) people.push(await arrive(platform, login));
  const spare = await arrive(platform, "spare");
  const tokens: Token[] = [];
  for (const _ of services) tokens.push(await makeServiceToken(platform, admin));
  const late = await arrive(platform, "late");
  await platform.db.sql`
    UPDATE user_tokens SET expires_at = now() - interval '1 minute' WHERE user_id = ${late.id} AND kind = 'personal'`;

  const furnishing = { platform, admin, isServed };
  const names = {
    ...(await furnishPlatform(furnishing)),
    user: String(spare.id),
    personal_token: String(spare.personal[0]?.id),
    service_token: String((await makeServiceToken(platform, admin)).id),
  };
  const repositories: Furnished[] = [];
  for (const name of repositoryNames) repositories.push(await furnishRepository(furnishing, name));
  await platform.idle();

  const parts = { people, services: tokens, repositoryIds: repositories.map(({ id }) => id) };
  return {
    platform,
    served,
    repositories,
    people,
    services: tokens,
    expired: late.personal[0]?.text ?? "",
    names,
    isServed,
    cast: (casting) => cast(platform.db, casting, parts),
  };
}
