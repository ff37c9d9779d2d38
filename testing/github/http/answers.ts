/** @returns a JSON answer as api.github.com gives it */
export function json(status: number, body: unknown, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: { "content-type": "application/json; charset=utf-8", ...headers },
  });
}

export function noContent(): Response {
  return new Response(null, { status: 204 });
}

/** @returns an error in GitHub's form: `{ message, documentation_url, status }` */
export function problem(
  status: number,
  message: string,
  errors?: { resource: string; field: string; code: string }[],
): Response {
  return json(status, {
    message,
    ...(errors && { errors }),
    documentation_url: "https://docs.github.com/rest",
    status: `${status}`,
  });
}

/** GitHub's answer for what isn't there, and for what the caller may not see. */
export function notFound(): Response {
  return problem(404, "Not Found");
}

export function badCredentials(): Response {
  return problem(401, "Bad credentials");
}

/** The answer to a token that is valid but not of the kind the endpoint is for. */
export function notAccessible(): Response {
  return problem(403, "Resource not accessible by integration");
}
