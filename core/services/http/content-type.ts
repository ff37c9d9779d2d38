/** @returns the media type in a `Content-Type` header, lower-case, without parameters; empty when there is none */
export function mediaType(request: Request): string {
  const header = request.headers.get("content-type");
  if (header === null) return "";
  const end = header.indexOf(";");
  return (end < 0 ? header : header.slice(0, end)).trim().toLowerCase();
}

/** @returns whether a media type stands for JSON: `application/json`, or a structured syntax suffix `+json` (RFC 6839) */
export const isJson = (type: string): boolean => type === "application/json" || type.endsWith("+json");
