import { IndoorsError } from "../shared/errors.ts";
import type { Image } from "../shared/image.ts";
import type { ProgramTool } from "./definition.ts";

const longestScript = 20_000;

/**
 * Runs a script over the granted folders, in a language for which there is an image. The first image of a language is
 * the one that runs it.
 */
export function runScript(images: readonly Image[]): ProgramTool {
  const languages = [...new Set(images.map(({ language }) => language))];
  return {
    spec: {
      name: "run_script",
      description:
        "Runs a script and returns what it prints. It starts in the first open folder; the environment variable INDOORS_GRANTS is JSON: {name: absolute path} of all open folders. There is no network.",
      arguments: {
        language: { kind: "choice", values: languages, description: "The language of the script." },
        code: { kind: "text", maxLength: longestScript, description: "The whole script. Print the result." },
      },
      needs: ["grants"],
      effect: "run",
    },
    // The image's limits hold; these are for the list of tools.
    limits: {
      wallMs: Math.max(...images.map(({ limits }) => limits.wallMs)),
      heapMb: Math.max(...images.map(({ limits }) => limits.memoryMb)),
      outputCharacters: Math.max(...images.map(({ limits }) => limits.outputBytes)),
    },
    program({ language, code }) {
      const image = images.find((one) => one.language === language);
      if (image === undefined) throw new IndoorsError("input.invalid", `There is no image for '${String(language)}'.`);
      return { image, stdin: String(code) };
    },
  };
}
