import { z } from "zod";
import { parameter, type Route, route } from "../../../core";
import type { Auth } from "../../auth";
import { named, type RepositoryGuards } from "../../repositories";
import { privateKeyJson, privateKeyList } from "../schemas";
import { organization, ownedBy } from "./owner";
import { privateKey } from "./parameters";
import type { PrivateKeysOf } from "./private-keys-of";

const ofOrganization = "/v1/private_keys";
const ofRepository = "/v1/repositories/:repo_name/private_keys";

/** Private keys of the organization. */
export function organizationKeyRoutes({ auth, keysOf }: { auth: Auth; keysOf: PrivateKeysOf }): Route[] {
  return [
    route({
      method: "GET",
      path: ofOrganization,
      summary: "List the organization's private keys",
      description: "By name, with their fingerprints.",
      access: auth.admin,
      paginated: true,
      answers: { 200: privateKeyList },
      handle: ({ page }) => keysOf.list(organization, page),
    }),
    route({
      method: "POST",
      path: ofOrganization,
      summary: "Create a private key of the organization",
      description: "It is kept encrypted, and nobody can read it afterwards.",
      access: auth.admin,
      params: z.object(privateKey),
      answers: { 201: privateKeyJson },
      errors: ["private_keys.name_taken"],
      handle: ({ params }) => keysOf.create(organization, params),
    }),
    route({
      method: "DELETE",
      path: `${ofOrganization}/:id`,
      summary: "Delete a private key of the organization",
      access: auth.admin,
      params: z.object({ id: parameter.id() }),
      answers: { 204: null },
      errors: ["not_found"],
      handle: ({ params }) => keysOf.delete(organization, params.id),
    }),
  ];
}

/** Private keys of one repository. */
export function repositoryKeyRoutes({ guards, keysOf }: { guards: RepositoryGuards; keysOf: PrivateKeysOf }): Route[] {
  const maintainer = guards.atLevel("maintainer");
  return [
    route({
      method: "GET",
      path: ofRepository,
      summary: "List a repository's private keys",
      description: "By name, with their fingerprints, and without those of the organization.",
      ...maintainer,
      params: z.object(named),
      paginated: true,
      answers: { 200: privateKeyList },
      handle: ({ repository, page }) => keysOf.list(ownedBy(repository), page),
    }),
    route({
      method: "POST",
      path: ofRepository,
      summary: "Create a private key of a repository",
      description: "It is kept encrypted, and nobody can read it afterwards.",
      ...maintainer,
      params: z.object({ ...named, ...privateKey }),
      answers: { 201: privateKeyJson },
      errors: ["private_keys.name_taken"],
      handle: ({ repository, params }) => keysOf.create(ownedBy(repository), params),
    }),
    route({
      method: "DELETE",
      path: `${ofRepository}/:id`,
      summary: "Delete a private key of a repository",
      ...maintainer,
      params: z.object({ ...named, id: parameter.id() }),
      answers: { 204: null },
      errors: ["not_found"],
      handle: ({ repository, params }) => keysOf.delete(ownedBy(repository), params.id),
    }),
  ];
}
