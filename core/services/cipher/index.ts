/** What plugins import of it. */

export { type Cipher, CipherError } from "./cipher";
