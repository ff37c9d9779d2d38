/** @param bytes how many; two digits each */
export const randomHex = (bytes: number): string => crypto.getRandomValues(new Uint8Array(bytes)).toHex();
