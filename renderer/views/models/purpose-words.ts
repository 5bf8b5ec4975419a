import type { InstalledModel } from "../../../src/shared/model.ts";
import type { Text } from "../../text/text.tsx";

/** What a model is for, in the person's language; in the host's own words where those are not known. */
export function purposeWords(text: Pick<Text, "maybe">, { name, role, origin, purpose }: InstalledModel): string {
  if (origin === "default") return text.maybe(`models.purpose.${name}`) ?? purpose;
  // The host says it in English, with the kind of model in brackets.
  const kind = /\(([^()]+)\)\.?$/.exec(purpose)?.[1];
  return text.maybe(`models.importedPurpose.${role}`, { kind: kind ?? "–" }) ?? purpose;
}
