import { z } from "zod";
import { type Guard, parameter, type Route, route } from "../../../core";
import type { Auth, Caller } from "../../auth";
import type { RepositoryGuards } from "../../repositories";
import { nameStatus, secretJson, secretList } from "../schemas";
import { type Owner, organization, ownedBy } from "./owner";
import { secretName, secretText } from "./parameters";
import type { SecretsOf } from "./secrets-of";

interface Parts {
  auth: Auth;
  guards: RepositoryGuards;
  secretsOf: SecretsOf;
}

const path = "/v1/secrets";

/** Secrets of the organization, which checks of every repository can mount. */
export function organizationSecretRoutes({ auth, guards, secretsOf }: Parts): Route[] {
  return [
    route({
      method: "GET",
      path,
      summary: "List the organization's secrets",
      description: "By name, without their data.",
      access: auth.adminOrService("all"),
      paginated: true,
      answers: { 200: secretList },
      handle: ({ page }) => secretsOf.list(organization, page),
    }),
    route({
      method: "POST",
      path,
      summary: "Create a secret of the organization",
      description:
        "Checks of every repository can mount it, except where the repository has one of the same name. Nobody can read its data afterwards.",
      access: auth.admin,
      params: z.object({ name: secretName, ...secretText }),
      answers: { 201: secretJson },
      errors: ["secrets.name_taken"],
      handle: ({ caller, params }) => secretsOf.create(organization, caller.id, params),
    }),
    route({
      method: "POST",
      path: `${path}/check_name`,
      summary: "Check the name of a secret",
      description: "Of one of the organization, or with `repo_name` of one of a repository.",
      access: auth.any,
      params: z.object({
        name: secretName,
        repo_name: parameter.text().optional().meta({ description: "Name of a repository", example: "api" }),
      }),
      scope: wanted(guards),
      answers: { 200: nameStatus },
      handle: ({ owner, params }) => secretsOf.checkName(owner, params.name),
    }),
    route({
      method: "PATCH",
      path: `${path}/:id`,
      summary: "Change the data of a secret of the organization",
      description: "Runs that are on their way get the new data.",
      access: auth.admin,
      params: z.object({ ...secretText, id: parameter.id() }),
      answers: { 200: secretJson },
      errors: ["not_found"],
      handle: ({ params }) => secretsOf.change(organization, params.id, params),
    }),
    route({
      method: "DELETE",
      path: `${path}/:id`,
      summary: "Delete a secret of the organization",
      access: auth.admin,
      params: z.object({ id: parameter.id() }),
      answers: { 204: null },
      errors: ["not_found"],
      handle: ({ params }) => secretsOf.delete(organization, params.id),
    }),
  ];
}

type Wanted = { readonly caller: Caller; readonly params: { readonly repo_name?: string | undefined } };

/** Finds out whose secret is meant, and whether the caller sees the repository if there is one. */
function wanted({ member: { scope } }: RepositoryGuards): Guard<Wanted, { owner: Owner }> {
  return {
    label: "member, with `repo_name`",
    adds: { owner: "whose secret is meant" },
    errors: scope.errors,
    async check(context) {
      const { repo_name } = context.params;
      if (repo_name === undefined) return { owner: organization };
      const { repository } = await scope.check(Object.assign(context, { params: { ...context.params, repo_name } }));
      return { owner: ownedBy(repository) };
    },
  };
}
