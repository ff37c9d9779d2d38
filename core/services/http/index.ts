/** What plugins import of it. */

export { about } from "../../app/about";
export { bodyStream } from "./body-stream";
export { hasTag, tagOf } from "./conditional";
export { isJson, mediaType } from "./content-type";
export { type Credential, defineCredential } from "./credential";
export { ApiError, coreErrors, defineErrors, notFound } from "./errors";
export { anyone, type Guard, type RequestContext } from "./guard";
export { withoutFormLineBreaks } from "./line-breaks";
export { type MountedApp, mountedApp } from "./mounted-app";
export type { Page, PagingBlock } from "./paging";
export { paging } from "./paging-json";
export * as parameter from "./parameters";
export { type ParameterSchemas, type RawAnswer, type Route, route } from "./route";
export { isStorableText } from "./storable-text";
export { timeMillis, timeSeconds } from "./time";
export { withHeaders } from "./with-headers";
