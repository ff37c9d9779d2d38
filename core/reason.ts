/** @returns why something failed, on one line and without a full stop, to put into a sentence. @param thrown an error, or its message */
export function reasonOf(thrown: unknown): string {
  const text = thrown instanceof Error ? thrown.message || thrown.name : typeof thrown === "string" ? thrown : "";
  const line = text.replace(/\s+/g, " ").trim().replace(/\.$/, "");
  return line === "" ? `something without a message was thrown (${thrown === null ? "null" : typeof thrown})` : line;
}
