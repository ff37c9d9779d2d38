import { randomBytes } from "node:crypto";

/** @returns a new token for coverage uploads: 21 random bytes in hexadecimal after its prefix */
export const newRepositoryToken = (): string => `crt_${randomBytes(21).toString("hex")}`;
