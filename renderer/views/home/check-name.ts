import type { Text } from "../../text/text.tsx";

/** The name of a check of the sandbox in the person's language; the host's own where that is not known. */
export function checkName(text: Pick<Text, "maybe">, name: string): string {
  // `a namespace of its own (net)` has its kind in brackets.
  const [, plain = name, subject = ""] = /^(.*?)(?: \(([^)]*)\))?$/.exec(name) ?? [];
  const key = plain
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-|-$/g, "");
  return text.maybe(`home.checked.${key}`, { subject }) ?? name;
}
