import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { findImage, nodeImage, readImages } from "./images.ts";

let folder = "";
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "indoors-images-test-"))));
afterEach(() => rmSync(folder, { recursive: true }));

const python = {
  ...nodeImage,
  name: "python",
  language: "python",
  interpreter: "/usr/bin/python3",
  arguments: ["-I", "-"],
};
const put = (content: unknown) =>
  writeFileSync(join(folder, "images.json"), typeof content === "string" ? content : JSON.stringify(content));
const file = (...images: unknown[]) => ({ version: 1, images });

it("has only the bundled Node where the administrator lists nothing", async () => {
  expect(await readImages(folder)).toEqual([nodeImage]);
});

it("has what is listed besides, and finds it by name", async () => {
  put(file(python));
  expect((await readImages(folder)).map(({ name }) => name)).toEqual(["node", "python"]);
  expect(await findImage(folder, "python")).toEqual(python);
  await expect(findImage(folder, "bash")).rejects.toMatchObject({
    code: "not-found",
    message: expect.stringContaining("There is: node, python."),
  });
});

it.each([
  ["{", "It is not JSON"],
  [{ version: 2, images: [] }, "The field version is wrong"],
  [file({ ...python, name: "Python 3" }), "The field images[0].name is wrong"],
  [file({ ...python, limits: { ...python.limits, wallMs: 0 } }), "The field images[0].limits.wallMs is wrong"],
  [file({ ...python, shell: true }), 'The field images[0] is wrong: Unrecognized key: "shell"'],
  [file(python, python), "images[1].name is wrong: there is an image 'python' already"],
  [file({ ...python, name: "node" }), "images[0].name is wrong: there is an image 'node' already"],
  [file({ ...python, interpreter: "python3" }), "images[0].interpreter is wrong: it is not an absolute path"],
  [file({ ...python, readOnly: ["/opt", "lib"] }), "images[0].readOnly is wrong: 'lib' is not an absolute path"],
  [[], "is wrong"],
])("is refused, naming the file and the field: %j", async (content, words) => {
  put(content);
  const refusal = readImages(folder);
  await expect(refusal).rejects.toMatchObject({ code: "policy.invalid" });
  await expect(refusal).rejects.toThrow(join(folder, "images.json"));
  await expect(refusal).rejects.toThrow(words);
});
