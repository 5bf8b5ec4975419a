import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { generate } from "selfsigned";

/** Somebody who signs: files with a certificate and its key. */
export interface TestPublisher {
  readonly cert: string;
  readonly key: string;
  /** SHA-256 of the certificate, as openssl shows it. */
  readonly fingerprint: string;
}

/** Makes a publisher of that name, in a folder. */
export async function makePublisher(folder: string, name: string, keySize = 2048): Promise<TestPublisher> {
  const made = await generate([{ name: "commonName", value: name }], { keySize });
  const der = Buffer.from(made.cert.replaceAll(/-----[^-]+-----|\s/g, ""), "base64");
  const hex = createHash("sha256").update(der).digest("hex").toUpperCase();
  const [cert, key] = ["crt", "key"].map((ending) => join(folder, `${hex}.${ending}`)) as [string, string];
  writeFileSync(cert, made.cert);
  writeFileSync(key, made.private);
  return { cert, key, fingerprint: hex.replaceAll(/..(?=.)/g, "$&:") };
}
