import { json, notFound } from "../http/answers";
import { isoSeconds } from "../shapes/repository";
import type { Site } from "../site";
import type { DeliveryRecord } from "../webhooks/deliveries";
import type { ApiRoute } from "./api-route";
import { asApp } from "./app";

/** The App's log of deliveries: listed newest first with a cursor, shown, sent again. */
export function hookDeliveryRoutes(site: Site): ApiRoute[] {
  const find = (id: string) => site.deliveries.list().find((record) => `${record.id}` === id);
  return [
    asApp("GET /app/hook/config", () =>
      json(200, { content_type: "json", insecure_ssl: "0", secret: "********", url: site.deliveries.url() }),
    ),
    asApp("GET /app/hook/deliveries", ({ request }) => pageByCursor(site, request.url)),
    asApp("GET /app/hook/deliveries/:id", ({ parameter }) => {
      const record = find(parameter("id"));
      return record === undefined
        ? notFound()
        : json(200, {
            ...listShape(site, record),
            url: record.url,
            request: { headers: {}, payload: JSON.parse(record.body) },
          });
    }),
    asApp("POST /app/hook/deliveries/:id/attempts", ({ parameter }) => {
      const record = find(parameter("id"));
      if (record === undefined) return notFound();
      site.deliveries.redeliver(record);
      return json(202, {});
    }),
  ];
}

/** The cursor is the id of the first delivery of the page. */
function pageByCursor(site: Site, url: URL): Response {
  const size = Math.min(Number(url.searchParams.get("per_page")) || 30, 100);
  const status = url.searchParams.get("status");
  const cursor = Number(url.searchParams.get("cursor")) || Number.POSITIVE_INFINITY;
  const wanted = site.deliveries
    .list()
    .filter((record) => status === null || (status === "success") === isSuccess(record))
    .toSorted((a, b) => b.id - a.id)
    .filter((record) => record.id <= cursor);
  const following = wanted[size];
  const body = wanted.slice(0, size).map((record) => listShape(site, record));
  if (following === undefined) return json(200, body);
  const next = new URL(url);
  next.searchParams.set("cursor", `${following.id}`);
  return json(200, body, { link: `<${next}>; rel="next"` });
}

function isSuccess(record: DeliveryRecord): boolean {
  return record.statusCode >= 200 && record.statusCode < 400;
}

function listShape(site: Site, record: DeliveryRecord) {
  return {
    id: record.id,
    guid: record.guid,
    delivered_at: isoSeconds(record.at),
    redelivery: record.redelivery,
    duration: record.duration,
    status: record.status,
    status_code: record.statusCode,
    event: record.event,
    action: record.action,
    installation_id: site.installationId,
    repository_id: record.repositoryId,
    throttled_at: null,
  };
}
