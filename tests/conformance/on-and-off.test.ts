import { describe, expect, test } from "bun:test";
import { Glob } from "bun";
import { loadInstallation } from "../../core/app/installation";
import { previewSetUp } from "../../core/app/set-up";
import type { AnyPlugin } from "../../core/plugin/plugin";
import { startTestServer } from "../../testing/server";

const installed = previewSetUp(await loadInstallation({ env: {}, config: {} })).installed;
const names = installed.map(({ plugin }) => plugin.name as string);
const requires = new Map(
  installed.map(({ plugin }) => [plugin.name as string, (plugin.requires ?? []).map(({ name }: AnyPlugin) => name as string)]),
);

/** A path without its parameters' names: the documentation merges paths that differ in nothing else. */
const shapeOf = (path: string): string => path.replace(/[:*][a-z_]+|\{[a-z_]+\}/g, "*");

/** A path that a route serves. */
const sampleOf = (path: string): string => path.replace(/[:*][a-z_]+/g, "1");

/** Whether a wildcard route of a plugin that is on takes a path as its own: a branch may be called `top_issues/1`. */
function isTaken(method: string, sample: string, choice: readonly string[]): boolean {
  return installed
    .filter(({ plugin }) => choice.includes(plugin.name))
    .flatMap(({ parts }) => parts.routes ?? [])
    .some(
      (route) =>
        route.method === method && new Glob(route.path.replace(/\*[a-z_]+$/, "**").replace(/:[a-z_]+/g, "*")).match(sample),
    );
}

/** A plugin with all that it requires, and what that requires. */
function withRequirements(name: string): string[] {
  return [name, ...(requires.get(name) ?? []).flatMap(withRequirements)];
}

/** All plugins but these, and but those that can't do without them. */
const without = (...off: readonly string[]): string[] =>
  names.filter((name) => !withRequirements(name).some((required) => off.includes(required)));

/** Pairs that somebody does without, together or one at a time. */
const dispensable = installed.flatMap(({ plugin }) => {
  const optional: string[] = (plugin.optional ?? []).map(({ name }: AnyPlugin) => name);
  return optional.flatMap((one, index) => optional.slice(index + 1).map((other) => [one, other] as const));
});

/**
 * Which plugins may be off together: each alone with what it requires, every one off, and every two off that a third does without. All
 * valid choices would be tens of thousands; between two plugins that nobody looks for together nothing can go wrong.
 */
const combinations = [
  ...new Map(
    [
      [],
      names,
      ...names.map(withRequirements),
      ...names.map((name) => without(name)),
      ...dispensable.map((pair) => without(...pair)),
    ].map((choice) => {
      const on = names.filter((name) => choice.includes(name));
      return [on.join(), on];
    }),
  ).values(),
];

test("there are combinations to go through", () => {
  expect(combinations.length).toBeGreaterThan(names.length);
});

describe("a server with only", () => {
  test.each(combinations.map((choice) => [choice.join(", ") || "the core", choice] as const))(
    "%s boots, answers its probes, and serves exactly their routes",
    async (_title, choice) => {
      const server = await startTestServer({
        env: { COCOV_PLUGINS_DISABLED: names.filter((name) => !choice.includes(name)).join(",") },
      });
      try {
        expect(await (await server.request("GET", "/system/probes/health")).json()).toEqual({ pong: true });
        expect(await (await server.request("GET", "/system/probes/startup")).text()).toBe("OK");
        expect((await server.request("GET", "/system/probes/ready")).status).toBe(200);
        const { paths } = await (await server.request("GET", "/swagger/json")).json();
        const documented = new Set(
          Object.keys(paths).flatMap((path) => Object.keys(paths[path]).map((method) => `${method} ${shapeOf(path)}`)),
        );
        for (const { plugin, parts } of installed) {
          for (const { method, path } of parts.routes ?? []) {
            const on = choice.includes(plugin.name);
            const isDocumented = documented.has(`${method.toLowerCase()} ${shapeOf(path)}`);
            expect({ path, documented: isDocumented }).toEqual({ path, documented: on });
            if (on || isTaken(method, sampleOf(path), choice)) continue;
            const response = await server.request(method, sampleOf(path), method === "GET" ? {} : { body: {} });
            expect({ path, status: response.status, body: await response.json() }).toMatchObject({
              path,
              status: 404,
              body: { code: "not_found" },
            });
          }
        }
      } finally {
        await server.stop();
      }
    },
  );
});
