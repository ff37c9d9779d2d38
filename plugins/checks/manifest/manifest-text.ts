import { limits } from "./limits";

/** The file's text, or why it can't be read. */
export type DecodedManifest = { readonly ok: true; readonly text: string } | { readonly ok: false; readonly reason: string };

/** @param content UTF-8, with or without a byte order mark, at most 1 MiB */
export function decodeManifest(content: string | Uint8Array): DecodedManifest {
  const bytes = typeof content === "string" ? Buffer.byteLength(content, "utf8") : content.byteLength;
  if (bytes > limits.bytes) return { ok: false, reason: `the file has ${bytes} bytes; at most ${limits.bytes} are read` };
  if (typeof content === "string") return { ok: true, text: content };
  try {
    return { ok: true, text: new TextDecoder("utf-8", { fatal: true }).decode(content) };
  } catch {
    return { ok: false, reason: "the file isn't UTF-8 text" };
  }
}
