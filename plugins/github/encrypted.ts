import { encryptedColumn } from "../../core";
import { installationTokens } from "./tables";

export const installationToken = encryptedColumn(installationTokens, "token", ["key"], ({ key }) => `platform:${key}`);
