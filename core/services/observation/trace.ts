/** Version 00 with ids that aren't all zeros (https://www.w3.org/TR/trace-context/#traceparent-header-field-values). */
const wellFormed = /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;

/** @returns whether it names a span of a trace, in the form of a `traceparent` */
export const isTrace = (text: string): boolean => wellFormed.test(text);
