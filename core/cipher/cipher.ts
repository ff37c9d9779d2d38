/** Where a stored value belongs, so that a value copied to another row doesn't decrypt: `<table>.<column>:<owner scope>:<row name>`. */
export type CipherContext = string;

/** Encrypts what the platform must be able to read again: GitHub user tokens, secrets, private keys. */
export interface Cipher {
  /** @returns the stored form 2 of the text */
  encrypt(text: string, context: CipherContext): Buffer;
  /**
   * Reads form 2, and form 1 of earlier installations.
   * @throws CipherError that names the context, never the content
   */
  decrypt(stored: Uint8Array, context: CipherContext): string;
  /** @returns whether a stored value is in form 2 under the current key */
  isCurrent(stored: Uint8Array): boolean;
}
