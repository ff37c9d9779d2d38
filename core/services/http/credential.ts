/**
 * A kind of credential that guards read, as the OpenAPI document describes it. Declared by the plugin that issues it.
 *
 * @example
 * export const apiKey = defineCredential("apiKey", { type: "apiKey", in: "header", name: "X-Api-Key", description: "…" });
 */
export interface Credential {
  /** Its name in the document, e.g. `bearer`. */
  readonly name: string;
  /** A Security Scheme Object (https://spec.openapis.org/oas/v3.1.1.html#security-scheme-object). */
  readonly scheme: Readonly<Record<string, unknown>>;
}

/** Declares a kind of credential. */
export function defineCredential(name: string, scheme: Credential["scheme"]): Credential {
  return { name, scheme };
}
