import type { z } from "zod";
import type { EntityTag } from "./conditional";
import type { Guard, RequestContext } from "./guard";
import type { UnstorableText } from "./parse-body";
import type { AnswerWithHeaders } from "./with-headers";

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/** An answer that isn't JSON. The handler makes the `Response` itself. */
export interface RawAnswer {
  readonly contentType: string;
  readonly summary: string;
}

/** Success status -> what its body is: a schema for JSON, `null` for no body, or a {@link RawAnswer}. */
export type Answers = Readonly<Record<number, z.ZodType | RawAnswer | null>>;

// biome-ignore lint/suspicious/noConfusingVoidType: what an async handler without a return statement resolves to
type BodilessBody = undefined | void;
type JsonBody<A extends z.ZodType> = z.input<A> | AnswerWithHeaders<z.input<A>>;
type AnswerBody<A> = A extends z.ZodType ? JsonBody<A> : A extends RawAnswer ? Response : BodilessBody;
/** What a handler may return: a body of one of its declared answers, `undefined` for the one without body, or a `Response`. */
export type AnswerOf<A extends Answers> = { [Status in keyof A]: AnswerBody<A[Status]> }[keyof A] | Response;

export type ParameterSchemas = z.ZodObject;
// biome-ignore lint/complexity/noBannedTypes: the type of "no parameters declared", which must not accept every key
export type NoParameters = z.ZodObject<{}>;

export type HandlerContext<P extends ParameterSchemas, A extends object, S extends object> = RequestContext &
  A &
  S & { readonly params: z.output<P> };

/** Pages that callers can't choose the size of. */
export interface FixedPages {
  /** Rows a page. */
  readonly size: number;
}

/** A route as its plugin declares it. Everything a client needs to know is in here; the OpenAPI document is made of it. */
export interface RouteDeclaration<P extends ParameterSchemas, A extends object, S extends object, R extends Answers> {
  readonly method: Method;
  /** `/v1/things/:id`; `*name` at the end takes the rest of the path. */
  readonly path: string;
  /** One line. */
  readonly summary: string;
  readonly description?: string;
  /** Groups routes in the documentation; the plugin's name unless given. */
  readonly tag?: string;
  /** Who may call. Runs first: credentials (401), then kind of caller (403). */
  readonly access: Guard<object, A>;
  /**
   * Every parameter but paging, wherever it arrives (path, body, query; the first wins). Made of the builders in `parameters.ts`,
   * which carry the error codes; absences are tested first, in order, then forms.
   */
  readonly params?: P;
  /** What the request is about and whether the caller reaches it: 404, then 403. Runs after the parameters. */
  readonly scope?: Guard<A & { readonly params: z.output<P> }, S>;
  /** Accepts `page` and `per_page` and gives the handler `page`. With a size all pages have that, and `per_page` isn't accepted. */
  readonly paginated?: boolean | FixedPages;
  readonly answers: R;
  /** Codes the handler itself may answer with. Those of guards and parameters are added by the core. */
  readonly errors?: readonly string[];
  /** Bytes; 1 MiB unless given. */
  readonly bodyLimit?: number;
  /** Refuses bodies that aren't JSON by content type with this code. */
  readonly jsonRequired?: string;
  /** The handler reads the raw bytes itself (signatures); the body is not parsed for parameters. */
  readonly rawBody?: boolean;
  /** What a raw body has, made of the builders in `parameters.ts`. Documented so; the handler reads and judges it. */
  readonly documentedBody?: ParameterSchemas;
  /**
   * What becomes of texts in a JSON body that PostgreSQL can't store (U+0000, halves of surrogate pairs): the body is refused unless
   * they are to be replaced by U+FFFD, or kept for the handler to deal with.
   */
  readonly unstorableText?: UnstorableText;
  /** Takes bodies packed with gzip or zstd (`Content-Encoding`). Neither packed nor unpacked may they be larger than `bodyLimit`. */
  readonly packedBody?: boolean;
  /** Sends an `ETag` with the JSON answer, and answers 304 without a body to who has it already. */
  readonly etag?: EntityTag<HandlerContext<P, A, S>>;
  /** Successful requests are logged at `debug` only: probes, which would drown everything else. */
  readonly quiet?: boolean;
  readonly handle: (context: HandlerContext<P, A, S>) => Promise<AnswerOf<NoInfer<R>>> | AnswerOf<NoInfer<R>>;
}

/** A declared route whose handler's types have been checked; what the core mounts and documents. */
export interface Route {
  readonly method: Method;
  readonly path: string;
  readonly summary: string;
  readonly description?: string;
  readonly tag?: string;
  readonly access: Guard<object, object>;
  readonly params?: ParameterSchemas;
  readonly scope?: Guard<{ readonly params: Record<string, unknown> }, object>;
  readonly paginated?: boolean | FixedPages;
  readonly answers: Answers;
  readonly errors?: readonly string[];
  readonly bodyLimit?: number;
  readonly jsonRequired?: string;
  readonly rawBody?: boolean;
  readonly documentedBody?: ParameterSchemas;
  readonly unstorableText?: UnstorableText;
  readonly packedBody?: boolean;
  readonly etag?: EntityTag<HandlerContext<ParameterSchemas, object, object>>;
  readonly quiet?: boolean;
  readonly handle: (context: HandlerContext<ParameterSchemas, object, object>) => unknown;
}

/**
 * Declares a route.
 *
 * @example
 * route({
 *   method: "GET",
 *   path: "/v1/widgets/:id",
 *   summary: "Show a widget",
 *   access: auth.any,
 *   params: z.object({ id: id() }),
 *   answers: { 200: widgetJson },
 *   handle: async ({ params }) => await widgets.show(params.id),
 * })
 */
export function route<
  const R extends Answers,
  P extends ParameterSchemas = NoParameters,
  A extends object = object,
  S extends object = object,
>(declaration: RouteDeclaration<P, A, S, R>): Route {
  // The mounting code runs access, parameters and scope in that order and so builds exactly the context that `handle` and `scope` demand.
  return declaration as unknown as Route;
}
