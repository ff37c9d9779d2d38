import { inspect } from "node:util";
import type { Installation } from "../../app/installation";

/**
 * Keeps the values of secret settings out of all that is printed of an installation, inspected, and made JSON of it: logs, the console,
 * crash dumps. `[secret]` stands there; who reads a setting gets it. A copy made with `...` conceals nothing.
 */
export function concealSecrets({ settings, on, effective }: Pick<Installation, "settings" | "on" | "effective">): void {
  const secret = effective.filter(({ meta }) => meta?.secret);
  const keysOf = (section: string) => secret.filter((setting) => setting.section === section).map(({ key }) => key);
  conceal(settings, keysOf("core"));
  for (const { plugin, config } of on) conceal(config, keysOf(plugin.name));
  for (const setting of secret) conceal(setting, ["value"]);
}

function conceal(value: object, secret: readonly string[]): void {
  if (secret.length === 0) return;
  const shown = () =>
    Object.fromEntries(
      Object.entries(value).map(([key, own]) => [key, secret.includes(key) && own !== undefined ? "[secret]" : own]),
    );
  Object.defineProperties(value, {
    toJSON: { value: shown, configurable: true },
    [inspect.custom]: { value: shown, configurable: true },
  });
}
