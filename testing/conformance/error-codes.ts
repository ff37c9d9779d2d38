import { prepareRoute } from "../../core/services/http/mount";
import type { Rule } from "./examined";

/** Codes that no route names never reach the documentation, and mostly are left over. */
export const declaresItsErrorCodes: Rule = ({ plugin, all }) => {
  const used = new Set(all.flatMap(({ parts }) => parts.routes ?? []).flatMap((route) => prepareRoute(route).codes));
  const catalogue: Readonly<Record<string, readonly [number, string]>> = plugin.errors?.catalogue ?? {};
  return Object.entries(catalogue).flatMap(([code, [status, message]]) => [
    ...(/^[a-z0-9_]+\.[a-z0-9_]+$/.test(code) ? [] : [`Its error code ${code} should have the form widgets.not_found.`]),
    ...(status >= 400 && status < 600 ? [] : [`Its error code ${code} has the status ${status}, which is no error's.`]),
    ...(message.length > 10 ? [] : [`Its error code ${code} has a message that tells nothing: "${message}".`]),
    ...(used.has(code)
      ? []
      : [`Its error code ${code} is named by no route and no guard; list it in their \`errors\`, or drop it.`]),
  ]);
};
