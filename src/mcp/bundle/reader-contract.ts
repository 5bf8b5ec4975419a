import { z } from "zod";
import type { Contract } from "../../shared/contract.ts";
import { bundleLimits } from "./bundle-limits.ts";
import { bundleManifest } from "./manifest.ts";

/** What a bundle turned out to be, from its own bytes. */
export const bundleContent = z.strictObject({
  kind: z.enum(["mcpb", "folder"]),
  manifest: bundleManifest,
  /** Of the .mcpb file, or of the folder's listing, hex. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  /** Of the .mcpb file, or of the folder's files. */
  bytes: z.int(),
  /** The paths of its files. */
  names: z.array(z.string()).max(bundleLimits.entries),
  /** Whose signature holds, listed or not. Null: there is none. */
  signer: z.strictObject({ fingerprint: z.string(), name: z.string() }).nullable(),
});
export type BundleContent = z.infer<typeof bundleContent>;

/** Host → the process that reads bundles. One process per bundle; it ends with it. */
export const readerContract = {
  methods: {
    /**
     * Looks at a .mcpb file or a folder, hash first: when `expectedSha256` is given and it is another, nothing else of it is
     * read. With `copyTo` (an empty folder) it copies while it reads, and looks at the copy: the file as `bundle.mcpb`, the
     * content of a folder into `files`. @throws file.unreadable, server.refused, cancelled
     */
    look: {
      params: z.strictObject({
        path: z.string(),
        expectedSha256: z.string().nullable(),
        copyTo: z.string().nullable(),
      }),
      result: bundleContent,
    },
    /**
     * Unpacks the copy of a .mcpb that was looked at into `files` beside it. `mayRun`: what could be run stays so.
     * @throws server.refused, cancelled
     */
    unpack: { params: z.strictObject({ mayRun: z.boolean() }), result: z.strictObject({}) },
  },
  events: {
    /** Bytes read or written of those that will be. */
    progress: z.strictObject({ done: z.number(), total: z.number() }),
  },
} as const satisfies Contract;
