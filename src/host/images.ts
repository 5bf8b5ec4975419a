import { readFile } from "node:fs/promises";
import { isAbsolute, join } from "node:path";
import { IndoorsError, messageOf } from "../shared/errors.ts";
import { type Image, imagesFile } from "../shared/image.ts";
import { toolLimits } from "../tools/sandbox/tool-limits.ts";
import { fieldOf } from "./field-of.ts";

/** The image that is always there: JavaScript on the Node that Indoors runs on, as an ES module on stdin. */
export const nodeImage: Image = {
  name: "node",
  description: "JavaScript on the bundled Node: its own modules, no packages, no network.",
  language: "javascript",
  interpreter: "bundled-node",
  arguments: ["--max-old-space-size=512", "--input-type=module", "-"],
  readOnly: [],
  limits: { ...toolLimits, wallMs: 60_000, outputBytes: 1_000_000 },
};

/**
 * The execution images of this data folder: `node`, and what the administrator lists in `images.json`.
 * @throws IndoorsError `policy.invalid` naming the file and the field.
 */
export async function readImages(dataFolder: string): Promise<readonly Image[]> {
  const path = join(dataFolder, "images.json");
  const refused = (why: string) =>
    new IndoorsError("policy.invalid", `The execution images cannot be used: ${path}. ${why}`);
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [nodeImage];
    throw refused(`It cannot be read (${messageOf(error)}). Make it readable for this user, or remove it.`);
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw refused(`It is not JSON: ${messageOf(error)}. Correct it, or remove it.`);
  }
  const parsed = imagesFile.safeParse(json);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw refused(`The field ${fieldOf(issue?.path ?? []) || "at the top"} is wrong: ${issue?.message}. Correct it.`);
  }
  const names = new Set([nodeImage.name]);
  parsed.data.images.forEach((image, at) => {
    const field = (name: string) => `The field images[${at}].${name} is wrong:`;
    if (names.has(image.name)) throw refused(`${field("name")} there is an image '${image.name}' already. Rename it.`);
    names.add(image.name);
    if (image.interpreter !== "bundled-node" && !isAbsolute(image.interpreter)) {
      throw refused(`${field("interpreter")} it is not an absolute path. Write the whole path, or bundled-node.`);
    }
    const relative = image.readOnly.find((folder) => !isAbsolute(folder));
    if (relative !== undefined) throw refused(`${field("readOnly")} '${relative}' is not an absolute path.`);
  });
  return [nodeImage, ...parsed.data.images];
}

/** @throws IndoorsError `not-found`, `policy.invalid` */
export async function findImage(dataFolder: string, name: string): Promise<Image> {
  const images = await readImages(dataFolder);
  const found = images.find((image) => image.name === name);
  if (found !== undefined) return found;
  const names = images.map((image) => image.name).join(", ");
  throw new IndoorsError(
    "not-found",
    `There is no execution image '${name}'. There is: ${names}. List others in ${join(dataFolder, "images.json")}.`,
  );
}
