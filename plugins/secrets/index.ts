import { definePlugin } from "../../core";
import admin, { sidebarCounter } from "../admin";
import auth, { userReplaced } from "../auth";
import checks, { mountSecrets } from "../checks";
import repositories, { settingsFigure } from "../repositories";
import { createAuthorizations } from "./authorizations";
import { encryptedKeys, secretData } from "./encrypted";
import { errors } from "./errors";
import { forgetting } from "./jobs";
import { createPrivateKeys } from "./private-keys/private-keys";
import { organizationSecretRoutes } from "./routes/organization-secrets";
import { organizationKeyRoutes, repositoryKeyRoutes } from "./routes/private-keys";
import { createPrivateKeysOf } from "./routes/private-keys-of";
import { repositorySecretRoutes } from "./routes/repository-secrets";
import { secretDataRoute } from "./routes/secret-data";
import { createSecretsOf } from "./routes/secrets-of";
import { createSecrets } from "./secrets";
import * as tables from "./tables";

export default definePlugin({
  name: "secrets",
  summary: "Secrets that checks get into their containers, private keys, and the one-time authorizations of Workers",
  requires: [auth, repositories],
  optional: [admin, checks],
  tables,
  encrypted: [secretData, encryptedKeys],
  errors,
  setup({ db, events, cipher, use: { auth, repositories } }) {
    const { guards } = repositories;
    const secrets = createSecrets({ cipher });
    const authorizations = createAuthorizations({ cipher });
    const secretsOf = createSecretsOf({ db, users: auth.users, events, secrets });
    const keysOf = createPrivateKeysOf({ db, events, privateKeys: createPrivateKeys({ cipher }) });
    return {
      routes: [
        ...organizationSecretRoutes({ auth, guards, secretsOf }),
        secretDataRoute({ db, auth, authorizations }),
        ...repositorySecretRoutes({ auth, guards, secretsOf }),
        ...organizationKeyRoutes({ auth, keysOf }),
        ...repositoryKeyRoutes({ guards, keysOf }),
      ],
      jobs: [forgetting],
      on: [userReplaced.handledBy((tx, { userId, heirId }) => secrets.passOn(tx, userId, heirId))],
      contribute: [
        mountSecrets.with(authorizations),
        settingsFigure.with({ key: "secrets_count", of: secrets.count }),
        sidebarCounter.with({ key: "secrets", count: (q) => secrets.count(q, "organization") }),
      ],
      console: {
        secrets: { summary: 'await secrets.checkName(db, "organization", "GIT_CONFIG") and the like', value: secrets },
      },
    };
  },
});
