/** Error code -> HTTP status and the message a client sees unless a better one is given where it is thrown. */
export type ErrorCatalogue = Readonly<Record<string, readonly [status: number, message: string]>>;

/** An error meant for the client. Whatever else a handler throws is answered as `internal_error`, with no details. */
export class ApiError extends Error {
  override readonly name = "ApiError";

  constructor(
    readonly code: string,
    readonly status: number,
    message: string,
    /** Extra response headers, e.g. `Retry-After`. */
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
  }
}

export interface DeclaredErrors<Code extends string = string> {
  readonly catalogue: ErrorCatalogue;
  /**
   * Makes the error of that code, to be thrown.
   * @param message replaces the catalogue's: say which value was wrong and what is accepted
   * @param headers of the answer, e.g. `Retry-After`
   */
  fail(code: Code, message?: string, headers?: Readonly<Record<string, string>>): ApiError;
}

/**
 * Declares a plugin's error codes. They are part of its interface: unique in the platform, listed in the OpenAPI document.
 *
 * @example
 * export const errors = defineErrors({ "checks.not_finished": [409, "Some checks haven't ended yet"] });
 * throw errors.fail("checks.not_finished");
 */
export function defineErrors<const Catalogue extends ErrorCatalogue>(
  catalogue: Catalogue,
): DeclaredErrors<Extract<keyof Catalogue, string>> {
  return {
    catalogue,
    fail(code, message, headers) {
      const [status, standardMessage] = catalogue[code] ?? [500, "Undeclared error"];
      return new ApiError(code, status, message ?? standardMessage, headers);
    },
  };
}

/** The errors every route can answer with, whichever plugins are on. */
export const coreErrors = defineErrors({
  not_found: [404, "There is nothing here, or nothing that you may see"],
  internal_error: [500, "The platform failed to answer this request"],
  not_ready: [503, "The platform has started, but can't do its work yet"],
  "request.malformed": [400, "The request's body or parameters can't be read"],
  "request.too_large": [413, "The request's body is larger than this route accepts"],
  "request.too_slow": [408, "The request's body doesn't arrive"],
  "request.overloaded": [503, "Too much is held for callers who aren't known yet; come again later"],
});

/** @returns the error for something that doesn't exist, or that the caller may not see */
export const notFound = (message?: string): ApiError => coreErrors.fail("not_found", message);
