import type { InstalledPlugin } from "../../plugin/found-plugin";

/** `/jobs`, `/v1/uploads`: no parameters, no slash at the end. */
const mountablePath = /^(?:\/[A-Za-z0-9._~$-]+)+$/;

/** @returns a sentence for each mounted application whose path can't be one, or takes what somebody else answers */
export function mountMistakes(installed: readonly InstalledPlugin[]): string[] {
  const taken = installed.flatMap(({ plugin, parts }) => [
    ...(parts.routes ?? []).map(({ method, path }) => ({
      path,
      what: `the route ${method} ${path} of plugin "${plugin.name}"`,
    })),
    ...(parts.mount ?? []).map(({ path }) => ({
      path,
      what: `the application that plugin "${plugin.name}" mounts at ${path}`,
    })),
  ]);
  return installed.flatMap(({ plugin, parts }) =>
    (parts.mount ?? []).flatMap(({ path }) => {
      const who = `Plugin "${plugin.name}" mounts an application at ${path}`;
      if (!mountablePath.test(path))
        return [`${who}. A path like /jobs is accepted, without parameters or a slash at the end.`];
      const below = taken.filter((other) => other.path !== path && other.path.startsWith(`${path}/`));
      return below.map(({ what }) => `${who}, which has ${what} below it. Move one of them.`);
    }),
  );
}
