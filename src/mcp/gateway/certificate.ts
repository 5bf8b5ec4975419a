import { createHash, createPrivateKey, randomUUID, X509Certificate } from "node:crypto";
import { chmod, link, mkdir, open, readFile, unlink } from "node:fs/promises";
import { join } from "node:path";
import { generate } from "selfsigned";
import { IndoorsError, messageOf } from "../../shared/errors.ts";

/** One side of the tunnel: a key, and the certificate that the other side knows by its fingerprint. */
export interface Identity {
  /** PEM. */
  readonly key: string;
  /** PEM. */
  readonly certificate: string;
  /** SHA-256 of the certificate in DER, hex. */
  readonly fingerprint: string;
}

/** What a certificate is known by. `der`: the certificate's bytes. */
export function fingerprintOf(der: Uint8Array): string {
  return createHash("sha256").update(der).digest("hex");
}

/** A key and its certificate, as they stand in one text. @throws when they are damaged or do not belong together */
export function identityOf(pem: string): Identity {
  const certificate = new X509Certificate(pem.slice(pem.indexOf("-----BEGIN CERTIFICATE-----")));
  const key = createPrivateKey(pem);
  if (!certificate.checkPrivateKey(key)) throw new Error("its key belongs to another certificate");
  return {
    key: key.export({ type: "pkcs8", format: "pem" }).toString(),
    certificate: certificate.toString(),
    fingerprint: fingerprintOf(certificate.raw),
  };
}

/**
 * A new key on P-256 and a certificate signed by itself, which says nothing about the machine. Nobody looks at its
 * dates: it ends when the other side forgets it.
 */
export async function newIdentity(): Promise<Identity> {
  const made = await generate([{ name: "commonName", value: "indoors" }], {
    keyType: "ec",
    curve: "P-256",
    algorithm: "sha256",
    notBeforeDate: new Date("2020-01-01T00:00:00Z"),
    notAfterDate: new Date("2120-01-01T00:00:00Z"),
  });
  return identityOf(made.private + made.cert);
}

/**
 * Reads the identity of a folder; the first time it makes one: `identity.pem`, for its owner alone.
 * @throws IndoorsError `perimeter.refused` when the file is there and cannot be used
 */
export async function loadIdentity(folder: string): Promise<Identity> {
  const file = join(folder, "identity.pem");
  return (await readIdentity(file)) ?? (await makeIdentity(folder, file));
}

async function readIdentity(file: string): Promise<Identity | undefined> {
  try {
    return identityOf(await readFile(file, "utf8"));
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw new IndoorsError(
      "perimeter.refused",
      `The identity of this machine cannot be used: ${file} (${messageOf(thrown)}). ` +
        "Bring it back from a backup, or delete it: a new one is made, and the other side must enrol it anew.",
      { reason: "identity" },
    );
  }
}

async function makeIdentity(folder: string, file: string): Promise<Identity> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await chmod(folder, 0o700);
  const made = await newIdentity();
  const whole = `${file}.${randomUUID()}`;
  try {
    await using opened = await open(whole, "wx", 0o600);
    await opened.writeFile(made.key + made.certificate);
    await opened.sync();
    // Whole or not there; and when two begin at once, both go on with what the first has made.
    await link(whole, file).catch((thrown: NodeJS.ErrnoException) => {
      if (thrown.code !== "EEXIST") throw thrown;
    });
  } finally {
    await unlink(whole).catch(() => {});
  }
  const identity = await readIdentity(file);
  if (identity === undefined) throw new Error(`${file} was made and is gone`);
  return identity;
}
