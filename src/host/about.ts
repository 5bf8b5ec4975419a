import { readFile } from "node:fs/promises";
import { z } from "zod";
import { IndoorsError } from "../shared/errors.ts";
import type { LicenceView } from "../shared/host-contract.ts";

/** The list that the build makes of every package in the program. */
const licences = z.array(z.object({ name: z.string(), version: z.string(), licence: z.string(), text: z.string() }));

/** The packages in the program. Empty when the program was not built: what is not known is not made up. */
export async function listLicences(file: string): Promise<LicenceView[]> {
  const all = await read(file);
  return all.map(({ name, version, licence }) => ({ name, version, licence }));
}

/** The whole text of a package's licence; of all its versions, each text once. @throws IndoorsError `not-found` */
export async function licenceText(file: string, name: string): Promise<string> {
  const texts = new Set((await read(file)).filter((one) => one.name === name).map(({ text }) => text));
  if (texts.size === 0) throw new IndoorsError("not-found", `There is no package '${name}' in the list of licences.`);
  return [...texts].join("\n\n");
}

async function read(file: string): Promise<z.infer<typeof licences>> {
  const text = await readFile(file, "utf8").catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return "[]";
    throw error;
  });
  return licences.parse(JSON.parse(text));
}
