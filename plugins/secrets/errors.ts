import { defineErrors } from "../../core";

export const errors = defineErrors({
  "secrets.missing_name": [400, "`name` is missing"],
  "secrets.missing_data": [400, "`data` is missing: the text of the secret"],
  "secrets.invalid_name": [400, "`name` must begin with a letter or _, followed by letters, digits and _, 255 at most"],
  "secrets.name_taken": [400, "There is a secret of this name already; names are compared without regard to case"],
  "secrets.missing_authorization": [400, "`authorization` is missing: the one-time authorization that came with the mount"],
  "secrets.invalid_authorization": [403, "This authorization is unknown, was used already or has expired"],
  "private_keys.missing_name": [400, "`name` is missing"],
  "private_keys.missing_key": [400, "`key` is missing: the private key"],
  "private_keys.invalid_key": [
    400,
    "`key` must be one RSA, ECDSA, Ed25519 or DSA private key without a passphrase, in OpenSSH's form or as PEM",
  ],
  "private_keys.name_taken": [400, "There is a private key of this name already; names are compared without regard to case"],
});
