import { IndoorsError } from "../shared/errors.ts";
import type { ToolWeights } from "../tools/definition.ts";
import type { ModelLibrary } from "./model-library.ts";

/** The weights with which tools read pictures; without them, or when they changed, everything else still works. */
export async function ocrWeights(library: ModelLibrary, onNotice: (text: string) => void): Promise<ToolWeights> {
  const model = library.all().find(({ role }) => role === "ocr");
  if (model === undefined) return { ocr: null };
  try {
    await library.ensureUnchanged(model);
    return { ocr: model.path };
  } catch (error) {
    if (!(error instanceof IndoorsError)) throw error;
    if (error.code !== "model.missing") onNotice(error.message);
    return { ocr: null };
  }
}
