import { type ParsedManifest, parseManifest } from "./parse-manifest";

/** @returns the manifest that the bytes are */
export default function parse(content: Uint8Array): ParsedManifest {
  return parseManifest(content);
}
