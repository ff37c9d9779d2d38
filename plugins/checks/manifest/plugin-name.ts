/**
 * The short name of a plugin: the image's name without tag, behind the last part of its path that is made of lower-case letters
 * and digits only. `ghcr.io/cocov/rubocop:v1` is `cocov/rubocop`; `cocov-ci/rubocop` is `rubocop`.
 * @param reference container image reference, or what the Worker reports of one
 */
export function normalizePluginName(reference: string): string {
  const parts = reference.split("/");
  const [image = ""] = (parts.pop() ?? "").split(":", 1);
  const owner = parts.findLast((part) => /^[a-z0-9]+$/.test(part));
  return owner === undefined ? image : `${owner}/${image}`;
}
