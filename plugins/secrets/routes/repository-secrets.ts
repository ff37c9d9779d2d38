import { z } from "zod";
import { parameter, type Route, route } from "../../../core";
import type { Auth } from "../../auth";
import { named, type RepositoryGuards } from "../../repositories";
import { nameStatus, secretJson, secretList } from "../schemas";
import { ownedBy } from "./owner";
import { secretName, secretText } from "./parameters";
import type { SecretsOf } from "./secrets-of";

interface Parts {
  auth: Auth;
  guards: RepositoryGuards;
  secretsOf: SecretsOf;
}

const path = "/v1/repositories/:repo_name/secrets";

/** Secrets of one repository. */
export function repositorySecretRoutes({ auth, guards, secretsOf }: Parts): Route[] {
  const maintainer = guards.atLevel("maintainer");
  return [
    route({
      method: "GET",
      path,
      summary: "List a repository's secrets",
      description: "By name, without their data, and without those of the organization.",
      ...guards.member,
      params: z.object(named),
      paginated: true,
      answers: { 200: secretList },
      handle: ({ repository, page }) => secretsOf.list(ownedBy(repository), page),
    }),
    route({
      method: "POST",
      path,
      summary: "Create a secret of a repository",
      description:
        "Checks of this repository can mount it. A secret of the organization that has the same name isn't seen here any more. Nobody can read its data afterwards.",
      access: auth.user.reading(guards.byName),
      scope: maintainer.scope,
      params: z.object({ ...named, name: secretName, ...secretText }),
      answers: { 201: secretJson },
      errors: ["secrets.name_taken"],
      handle: ({ repository, caller, params }) => secretsOf.create(ownedBy(repository), caller.id, params),
    }),
    route({
      method: "POST",
      path: `${path}/check_name`,
      summary: "Check the name of a repository's secret",
      ...guards.member,
      params: z.object({ ...named, name: secretName }),
      answers: { 200: nameStatus },
      handle: ({ repository, params }) => secretsOf.checkName(ownedBy(repository), params.name),
    }),
    route({
      method: "PATCH",
      path: `${path}/:id`,
      summary: "Change the data of a repository's secret",
      description: "Runs that are on their way get the new data.",
      ...maintainer,
      params: z.object({ ...named, ...secretText, id: parameter.id() }),
      answers: { 200: secretJson },
      errors: ["not_found"],
      handle: ({ repository, params }) => secretsOf.change(ownedBy(repository), params.id, params),
    }),
    route({
      method: "DELETE",
      path: `${path}/:id`,
      summary: "Delete a repository's secret",
      ...maintainer,
      params: z.object({ ...named, id: parameter.id() }),
      answers: { 204: null },
      errors: ["not_found"],
      handle: ({ repository, params }) => secretsOf.delete(ownedBy(repository), params.id),
    }),
  ];
}
