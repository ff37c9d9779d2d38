/** @returns milliseconds, out of `ms` for stopping, that ending what doesn't end by itself may take */
export const cuttingOff = (ms: number): number => Math.min(ms / 5, 1000);
