import { z } from "zod";
import manifest from "../../package.json";

const named = z.record(z.string(), z.array(z.string())).parse(manifest.cocov.otherVariableNames);

/**
 * @returns other names of an environment variable, which charts and compose files in the field use. They stand in `package.json`, since
 * they are the product's past and no concern of whoever declares the setting.
 */
export const otherVariableNames = (name: string): readonly string[] => named[name] ?? [];
