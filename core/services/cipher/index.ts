/** What plugins import of it. */

export { type Cipher, CipherError } from "./cipher";
export { type EncryptedColumn, encryptedColumn } from "./encrypted-column";
export { type RotatedColumn, rotateColumn } from "./rotate-column";
export { SecretText } from "./secret-text";
