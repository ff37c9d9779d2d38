import { z } from "zod";
import { paging, timeSeconds } from "../../core";
import { deliveryStates, type ListedDelivery } from "../github";
import type { AdministeredRepository } from "../repositories";

export const sidebarCounts = z
  .object({
    tokens: z.int().meta({ description: "Service tokens", example: 4 }),
    secrets: z.int().meta({ description: "The organization's secrets", example: 3 }),
    repositories: z.int().meta({ example: 2 }),
    users: z.int().meta({ example: 1 }),
  })
  .catchall(z.int())
  .meta({ id: "SidebarCounters" });

const administeredRepository = z
  .object({
    id: z.int(),
    name: z.string().meta({ example: "api" }),
    cache_size: z.int().meta({ description: "Bytes of what its checks keep in the cache", example: 10 }),
    commits_size: z.int().meta({ description: "Bytes of the stored files of its commits", example: 310 }),
    description: z.string().nullable().meta({ example: "Core API" }),
    created_at: z.string().meta({ example: "2023-01-02T03:04:05Z" }),
    accessible_by_count: z.int().meta({ description: "Its members", example: 2 }),
    unreachable_since: z
      .string()
      .optional()
      .meta({ description: "Since when GitHub hides it; absent while it doesn't", example: "2023-01-02T03:04:05Z" }),
  })
  .meta({ id: "AdministeredRepository" });

export const repositoryList = z.object({ repositories: z.array(administeredRepository), paging });

export function presentRepository(row: AdministeredRepository): z.input<typeof administeredRepository> {
  return {
    id: row.id,
    name: row.name,
    cache_size: row.cacheSize,
    commits_size: row.commitsSize,
    description: row.description,
    created_at: timeSeconds(row.createdAt),
    accessible_by_count: row.accessibleByCount,
    ...(row.unreachableSince === null ? {} : { unreachable_since: timeSeconds(row.unreachableSince) }),
  };
}

const delivery = z
  .object({
    id: z.int(),
    delivery_id: z.string().meta({ description: "GitHub's id of it", example: "72d3162e-cc78-11e3-81ab-4c9367dc0958" }),
    event: z.string().meta({ example: "push" }),
    state: z.enum(deliveryStates),
    received_at: z.string().meta({ example: "2023-01-02T03:04:05Z" }),
    attempts: z.int().meta({ description: "Of the one handler that needed most", example: 1 }),
    error: z.string().nullable().meta({ description: "Why it failed; null unless it did", example: null }),
  })
  .meta({ id: "Delivery" });

export const deliveryList = z.object({ deliveries: z.array(delivery), paging });

export function presentDelivery(row: ListedDelivery): z.input<typeof delivery> {
  const { id, deliveryId: delivery_id, event, state, receivedAt, attempts, error } = row;
  return { id, delivery_id, event, state, received_at: timeSeconds(receivedAt), attempts, error };
}
