import { randomUUIDv7 } from "node:crypto";

/** What every new row gets: an id that sorts by time (UUID version 7) and the time, ISO 8601 in UTC. */
export function newRow(): { readonly id: string; readonly at: string } {
  return { id: randomUUIDv7(), at: now() };
}

export function now(): string {
  return new Date().toISOString();
}
