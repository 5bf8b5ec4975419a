/** The text of a JSON column. `undefined` is stored as null. */
export function toJson(value: unknown): string {
  return JSON.stringify(value ?? null);
}

/** The value of a JSON column. The store is the only writer of its columns, so the type is the one that was written. */
export function fromJson<T>(text: string): T {
  return JSON.parse(text) as T;
}
