/** A tool of a server by what agents call it, `records__search`. Null: it is one of Indoors' own. */
export function serverToolOf(name: string): { readonly server: string; readonly tool: string } | null {
  const found = /^([a-z][a-z0-9-]{0,31})__(.+)$/u.exec(name);
  return found === null ? null : { server: found[1] ?? "", tool: found[2] ?? "" };
}

/** The server that asks to use the model here, from what the approval calls it, `sampling:records`; null: no such thing. */
export function samplingServerOf(name: string): string | null {
  return /^sampling:(.+)$/u.exec(name)?.[1] ?? null;
}
