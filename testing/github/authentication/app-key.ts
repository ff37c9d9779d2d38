import { generateKeyPairSync, type KeyObject } from "node:crypto";

/** The App's key pair. */
export type AppKey = {
  publicKey: KeyObject;
  /** PKCS #1 in PEM, as GitHub hands it out. */
  privatePem: string;
};

let made: AppKey | undefined;

/** @returns one key for all stand-ins of this process: making one takes long */
export function appKey(): AppKey {
  made ??= makeKey();
  return made;
}

function makeKey(): AppKey {
  const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  return { publicKey, privatePem: privateKey.export({ type: "pkcs1", format: "pem" }).toString() };
}
