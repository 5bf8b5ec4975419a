import { z } from "zod";
import { refusal } from "./refuse-bundle.ts";

const line = z.string().max(500);
const start = z.object({
  command: z.string().min(1).max(1000),
  args: z.array(z.string().max(4000)).max(200).optional(),
  env: z
    .record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,99}$/, "is no name of a variable"), z.string().max(4000))
    .optional(),
});
const settingValue = z.union([z.string().max(4000), z.number(), z.boolean(), z.array(z.string().max(4000)).max(100)]);
const setting = z.object({
  type: z.enum(["string", "number", "boolean", "directory", "file"]),
  title: line,
  description: z.string().max(4000),
  required: z.boolean().optional(),
  default: settingValue.optional(),
  multiple: z.boolean().optional(),
  sensitive: z.boolean().optional(),
  min: z.number().optional(),
  max: z.number().optional(),
});

/** manifest.json of a bundle, versions 0.1 to 0.4. What is not used here is not looked at, and dropped. */
export const bundleManifest = z.object({
  manifest_version: z.string().max(20).optional(),
  /** What it was called before. */
  dxt_version: z.string().max(20).optional(),
  name: line.min(1),
  display_name: line.optional(),
  version: z.string().min(1).max(100),
  description: z.string().max(4000),
  author: z.object({ name: line }),
  license: line.optional(),
  server: z.object({
    type: z.enum(["node", "python", "binary", "uv"]),
    entry_point: z.string().min(1).max(1000),
    mcp_config: start.extend({ platform_overrides: z.record(z.string(), start.partial()).optional() }).optional(),
  }),
  compatibility: z
    .object({
      platforms: z.array(z.string().max(20)).max(20).optional(),
      runtimes: z.object({ node: z.string().max(200).optional(), python: z.string().max(200).optional() }).optional(),
    })
    .optional(),
  user_config: z.record(z.string().regex(/^[\w.-]{1,100}$/), setting).optional(),
});
export type BundleManifest = z.infer<typeof bundleManifest>;

const remedy = "Get it anew from whoever makes it, and tell them.";

/**
 * Reads manifest.json. `path` is the bundle's, for the message.
 * @throws IndoorsError `server.refused` {reason: manifest} naming the field.
 */
export function readManifest(path: string, text: string): BundleManifest {
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\ufeff/u, ""));
  } catch {
    throw refusal(path, "manifest", "Its manifest.json is not JSON.", remedy);
  }
  // Told first: another version may look wrong in any way.
  const version = z
    .object({ manifest_version: z.string().optional(), dxt_version: z.string().optional() })
    .safeParse(value);
  const number = version.data?.manifest_version ?? version.data?.dxt_version;
  if (number === undefined) {
    throw refusal(path, "manifest", "Its manifest.json names no manifest_version.", remedy);
  }
  if (!/^0\.\d{1,3}$/.test(number)) {
    throw refusal(
      path,
      "manifest",
      `Its manifest.json is of version ${JSON.stringify(number.slice(0, 20))}; Indoors reads 0.x.`,
      "Use an older bundle of it, or a newer Indoors.",
    );
  }
  const parsed = bundleManifest.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const field = issue?.path.map(String).join(".").slice(0, 200) || "at the top";
  throw refusal(path, "manifest", `In its manifest.json the field ${field} is wrong: ${issue?.message}.`, remedy);
}
