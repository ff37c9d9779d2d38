/** Exclusive key of jobs that write a repository's git cache or archives. They share both, so one of them runs at a time. */
export const storageKey = (repositoryId: number): string => `repository.storage:${repositoryId}`;
