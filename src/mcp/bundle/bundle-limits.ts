/** What a bundle may be. The largest servers in use are some hundred MB of packages; what is more is a mistake or an attack. */
export const bundleLimits = {
  /** Of the .mcpb file, and of all that it holds. */
  bytes: 1_000_000_000,
  entries: 20_000,
  /** Of the whole path of one entry, and of one name in it. In bytes: what Linux takes. */
  pathBytes: 1000,
  nameBytes: 255,
  manifestBytes: 1_000_000,
  signatureBytes: 64_000,
  /** How many times larger than the file its content may be, above `ratioFromBytes`. Program text packs 4 to 10 times. */
  ratio: 100,
  ratioFromBytes: 50_000_000,
} as const;

/** How long the reading process may be silent. It tells of every few MB. */
export const silenceMs = 60_000;
