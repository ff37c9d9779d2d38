/** The demo can't do what was asked for. The message says why and what to do instead; no stack is needed. */
export class Unusable extends Error {}
