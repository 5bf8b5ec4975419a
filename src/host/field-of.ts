/** A place in a JSON file as people write it: rules[0].grant. Empty for the whole file. */
export function fieldOf(path: readonly PropertyKey[]): string {
  const written = path.map((part) => (typeof part === "number" ? `[${part}]` : `.${String(part)}`)).join("");
  return written.replace(/^\./u, "");
}
