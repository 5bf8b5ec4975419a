import { z } from "zod";

/** What a model is for. */
export const modelRole = z.enum(["speech", "voice-activity", "chat", "embedding", "ocr", "sample"]);
export type ModelRole = z.infer<typeof modelRole>;

/** How the file is laid out. `data` is anything without a format of its own to check (the sample recording, weights for reading pictures). */
export const modelFormat = z.enum(["ggml", "gguf", "onnx", "data"]);
export type ModelFormat = z.infer<typeof modelFormat>;

/** One default model of models/manifest.json. Several sources are concatenated in order. */
export const manifestModel = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9._-]*$/),
  file: z.string(),
  role: modelRole,
  format: modelFormat,
  purpose: z.string(),
  licence: z.string(),
  sources: z.array(z.strictObject({ package: z.string(), path: z.string() })).min(1),
  bytes: z.int(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});
export type ManifestModel = z.infer<typeof manifestModel>;

export const manifest = z.strictObject({ models: z.array(manifestModel) });

/** A model on this machine: a default one or an imported one. */
export const installedModel = z.strictObject({
  name: z.string(),
  path: z.string(),
  role: modelRole,
  format: modelFormat,
  purpose: z.string(),
  licence: z.string(),
  bytes: z.int(),
  sha256: z.string(),
  origin: z.enum(["default", "imported"]),
});
export type InstalledModel = z.infer<typeof installedModel>;

/** Where an engine computes. `auto` takes the best that works and says which; the others are that or an error. */
export const deviceChoice = z.enum(["auto", "cpu", "vulkan", "cuda", "metal"]);
export type DeviceChoice = z.infer<typeof deviceChoice>;

export const device = z.strictObject({
  kind: z.enum(["cpu", "vulkan", "cuda", "metal"]),
  name: z.string(),
  memoryBytes: z.number(),
});
export type Device = z.infer<typeof device>;
