import { createHash, X509Certificate } from "node:crypto";
import { generate } from "selfsigned";

/** A certificate signed by itself, with its key, both PEM, and its fingerprint. */
export async function makeCertificate(name = "records.test") {
  const { private: key, cert } = await generate([{ name: "commonName", value: name }], {
    keyType: "ec",
    curve: "P-256",
  });
  const fingerprint = createHash("sha256").update(new X509Certificate(cert).raw).digest("hex");
  return { key, cert, fingerprint };
}

export type TestCertificate = Awaited<ReturnType<typeof makeCertificate>>;
