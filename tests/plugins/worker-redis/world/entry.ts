/** A queue entry as the deployed Worker's types have it. */
export interface Entry {
  readonly check_set_id: number;
  readonly job_id: string;
  readonly org: string;
  readonly repo: string;
  readonly repo_id: number;
  readonly sha: string;
  readonly checks: readonly {
    readonly plugin: string;
    readonly envs: Readonly<Record<string, string>> | null;
    readonly mounts: readonly { readonly kind: string; readonly authorization: string; readonly target: string }[] | null;
  }[];
  readonly git_storage: { readonly mode: string; readonly path: string };
}

type Shape = "int" | "string" | { list: Shape } | { map: Shape } | { [key: string]: Shape };

const shape: Shape = {
  check_set_id: "int",
  job_id: "string",
  org: "string",
  repo: "string",
  repo_id: "int",
  sha: "string",
  checks: {
    list: {
      plugin: "string",
      envs: { map: "string" },
      mounts: { list: { kind: "string", authorization: "string", target: "string" } },
    },
  },
  git_storage: { mode: "string", path: "string" },
};

/** Reads an entry as the deployed Worker does: every value has exactly its type. @throws Error that says what hasn't */
export function decodeEntry(text: string): Entry {
  const decoded = JSON.parse(text);
  check(decoded, shape, "entry");
  return decoded;
}

function check(value: unknown, wanted: Shape, path: string): void {
  if (wanted === "int" || wanted === "string") {
    const fits = wanted === "int" ? Number.isSafeInteger(value) && Number(value) >= 0 : typeof value === "string";
    if (!fits) throw new Error(`${path} is ${JSON.stringify(value)} instead of ${wanted}`);
  } else if ("list" in wanted && typeof wanted.list !== "undefined") {
    if (value === null) return;
    if (!Array.isArray(value)) throw new Error(`${path} is no list`);
    for (const [index, one] of value.entries()) check(one, wanted.list, `${path}[${index}]`);
  } else if (typeof value !== "object" || value === null || Array.isArray(value)) {
    if (!("map" in wanted && value === null)) throw new Error(`${path} is ${JSON.stringify(value)} instead of an object`);
  } else if ("map" in wanted && typeof wanted.map !== "undefined") {
    for (const [key, one] of Object.entries(value)) check(one, wanted.map, `${path}.${key}`);
  } else {
    const has = Object.keys(value).join();
    if (has !== Object.keys(wanted).join()) throw new Error(`${path} has the keys ${has}`);
    for (const [key, one] of Object.entries(value))
      check(one, (wanted as Record<string, Shape>)[key] ?? "string", `${path}.${key}`);
  }
}
