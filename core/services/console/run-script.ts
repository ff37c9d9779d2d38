import { constants, Script } from "node:vm";
import { z } from "zod";

/** What a script in the REPL's form resolves to: the value of its last expression, if it ends with one. */
const outcome = z.object({ value: z.unknown() }).optional();

/**
 * Runs a script as one entry of a REPL: TypeScript or JavaScript, with top-level await and imports, and prints the value of its last
 * expression unless that is undefined.
 * @param scope names it can use
 * @throws what the script throws, a promise it rejects and doesn't await included, or a SyntaxError
 */
export async function runScript(source: string, scope: Readonly<Record<string, unknown>>): Promise<void> {
  const code = new Bun.Transpiler({ loader: "ts", replMode: true }).transformSync(source);
  const stray = Promise.withResolvers<never>();
  process.on("unhandledRejection", stray.reject);
  Object.assign(globalThis, scope);
  const script = new Script(code, {
    filename: "script.ts",
    importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  });
  const result = outcome.parse(await Promise.race([script.runInThisContext(), stray.promise]));
  if (result?.value !== undefined) console.log(result.value);
}
