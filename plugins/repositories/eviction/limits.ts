/** How much of commits' files is kept. 0: no limit. */
export interface StorageLimits {
  /** Bytes of one repository. */
  readonly repositoryBytes: number;
  /** Bytes of all. */
  readonly totalBytes: number;
  /** Days after which a commit that no branch stands at is only kept while somebody looks at it. */
  readonly retentionDays: number;
}
