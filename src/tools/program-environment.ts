import type { Grant } from "../shared/tool.ts";

/** What a sealed program finds in its environment, besides where programs are: `INDOORS_GRANTS` is JSON, name to path. */
export function programEnvironment(grants: readonly Grant[]): Readonly<Record<string, string>> {
  return {
    HOME: "/tmp",
    LANG: "C.UTF-8",
    INDOORS_GRANTS: JSON.stringify(Object.fromEntries(grants.map(({ name, path }) => [name, path]))),
  };
}
