import { createHash } from "node:crypto";

/**
 * The SHA-256 of a folder, hex: of the lines that `sha256sum` writes of its files, sorted by their paths' bytes. In a shell:
 * `find . ! -type d -printf '%P\n' | LC_ALL=C sort | xargs -d '\n' sha256sum | sha256sum`.
 */
export function sha256OfListing(files: readonly { readonly path: string; readonly sha256: string }[]): string {
  const lines = files
    .map(({ path, sha256 }) => ({ key: Buffer.from(path), line: `${sha256}  ${path}\n` }))
    .sort((one, other) => Buffer.compare(one.key, other.key));
  const hash = createHash("sha256");
  for (const { line } of lines) hash.update(line);
  return hash.digest("hex");
}
