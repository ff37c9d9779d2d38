import type { RepositoryRow } from "../../repositories";
import type { OwnerScope } from "../owner-scope";

/** Whose secrets or keys a route is about. */
export interface Owner {
  readonly scope: OwnerScope;
  /** The repository's name; null for the organization. */
  readonly repository: string | null;
}

export const organization: Owner = { scope: "organization", repository: null };

export const ownedBy = ({ id, name }: Pick<RepositoryRow, "id" | "name">): Owner => ({ scope: id, repository: name });
