import { encryptedColumn } from "../../core";
import { privateKeys, secrets } from "./tables";

interface Named {
  readonly repositoryId: number | null;
  readonly name: string;
}

const place = ({ repositoryId, name }: Named): string => `${repositoryId ?? "organization"}:${name.toLowerCase()}`;

export const secretData = encryptedColumn(secrets, "secureData", ["repositoryId", "name"], place);
export const encryptedKeys = encryptedColumn(privateKeys, "encryptedKey", ["repositoryId", "name"], place);
