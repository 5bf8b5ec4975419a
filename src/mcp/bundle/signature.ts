import { createHash, verify, X509Certificate } from "node:crypto";
import type { FileHandle } from "node:fs/promises";
import { type Certificate, ContentInfo, IssuerAndSerialNumber, SignedData, type SignerInfo } from "pkijs";
import { bundleLimits } from "./bundle-limits.ts";

/** Who signed a bundle. The certificate vouches for nothing by itself: it counts when the administrator listed it. */
export interface Signer {
  /** SHA-256 of the certificate, hex. */
  readonly fingerprint: string;
  /** The name in the certificate, which whoever made it chose. */
  readonly name: string;
}

/** The signature at the end of a file. `contentBytes` is how much of it was signed: all that stands before. */
export interface SignatureBlock {
  readonly contentBytes: number;
  /** A detached CMS SignedData, DER. */
  readonly der: Buffer;
}

/** A signature that is there and does not hold. The message is a sentence. */
export class BrokenSignature extends Error {}

const header = Buffer.from("MCPB_SIG_V1");
const footer = Buffer.from("MCPB_SIG_END");
const data = "1.2.840.113549.1.7.1";
const signedData = "1.2.840.113549.1.7.2";
const messageDigest = "1.2.840.113549.1.9.4";
const digests: Readonly<Record<string, string>> = {
  "2.16.840.1.101.3.4.2.1": "sha256",
  "2.16.840.1.101.3.4.2.2": "sha384",
  "2.16.840.1.101.3.4.2.3": "sha512",
};
/** RSA (PKCS #1 v1.5) with any of these digests, and ECDSA. */
const signatures = /^1\.2\.840\.(?:113549\.1\.1\.(?:1|11|12|13)|10045\.4\.3\.[234])$/;

/**
 * Finds the block that mcpb appends: MCPB_SIG_V1, a length (32 bits, little-endian), that many bytes, MCPB_SIG_END.
 * Null: the file is not signed.
 * @throws BrokenSignature
 */
export async function findSignature(file: FileHandle, fileBytes: number): Promise<SignatureBlock | null> {
  const tailBytes = Math.min(fileBytes, bundleLimits.signatureBytes);
  const tail = Buffer.alloc(tailBytes);
  await file.read(tail, 0, tailBytes, fileBytes - tailBytes);
  if (!tail.subarray(-footer.length).equals(footer)) return null;
  const start = tail.lastIndexOf(header);
  const from = start + header.length + 4;
  const to = tailBytes - footer.length;
  if (start < 0 || from > to || tail.readUInt32LE(from - 4) !== to - from) {
    throw new BrokenSignature("Its signature is cut off or damaged.");
  }
  return { contentBytes: fileBytes - tailBytes + start, der: tail.subarray(from, to) };
}

/**
 * Checks a signature against the content it is about. `digest` gives the hash of that content. Dates, issuer and purpose of the
 * certificate are not looked at: it is pinned or it is nobody's.
 * @throws BrokenSignature
 */
export async function checkSignature(der: Buffer, digest: (algorithm: string) => Promise<Buffer>): Promise<Signer> {
  const { signer, certificate } = read(der);
  const algorithm = digests[signer.digestAlgorithm.algorithmId];
  const signed = signer.signedAttrs;
  if (algorithm === undefined || signed === undefined || !signatures.test(signer.signatureAlgorithm.algorithmId)) {
    throw new BrokenSignature("Its signature is of a kind that is not read here; mcpb sign makes one that is.");
  }
  const said = signed.attributes.filter(({ type }) => type === messageDigest);
  const value: unknown = said[0]?.values[0];
  if (said.length !== 1 || !hasBytes(value)) throw new BrokenSignature("Its signature names no content.");
  if (!Buffer.from(value.valueBlock.valueHexView).equals(await digest(algorithm))) {
    throw new BrokenSignature("It was changed after it was signed.");
  }
  const { publicKey } = certificate;
  if (publicKey.asymmetricKeyType === "rsa" && (publicKey.asymmetricKeyDetails?.modulusLength ?? 0) < 2048) {
    throw new BrokenSignature("Its signature was made with a key of less than 2048 bits, which others can forge.");
  }
  const signature = Buffer.from(signer.signature.valueBlock.valueHexView);
  if (!verify(algorithm, Buffer.from(signed.encodedValue), publicKey, signature)) {
    throw new BrokenSignature("Its signature was not made with the key of its certificate.");
  }
  return { fingerprint: createHash("sha256").update(certificate.raw).digest("hex"), name: nameOf(certificate) };
}

function read(der: Buffer): { readonly signer: SignerInfo; readonly certificate: X509Certificate } {
  try {
    const content = ContentInfo.fromBER(der);
    if (content.contentType !== signedData) throw new Error("no SignedData");
    const message = new SignedData({ schema: content.content });
    const [signer, ...more] = message.signerInfos;
    // What it carries inside would be another content than the one that is installed.
    if (signer === undefined || more.length > 0 || message.encapContentInfo.eContentType !== data)
      throw new Error("signers");
    if (message.encapContentInfo.eContent !== undefined) throw new Error("not detached");
    const { sid } = signer;
    if (!(sid instanceof IssuerAndSerialNumber)) throw new Error("named otherwise");
    const found = (message.certificates ?? []).find(
      (one): one is Certificate =>
        "serialNumber" in one && one.serialNumber.isEqual(sid.serialNumber) && one.issuer.isEqual(sid.issuer),
    );
    if (found === undefined) throw new Error("no certificate");
    return { signer, certificate: new X509Certificate(Buffer.from(found.toSchema().toBER())) };
  } catch {
    throw new BrokenSignature("Its signature cannot be read.");
  }
}

/** An OCTET STRING, as the parser gives it. */
function hasBytes(value: unknown): value is { readonly valueBlock: { readonly valueHexView: Uint8Array } } {
  const block = (value as { valueBlock?: { valueHexView?: unknown } } | undefined)?.valueBlock;
  return block?.valueHexView instanceof Uint8Array;
}

function nameOf({ subject }: X509Certificate): string {
  return (/^CN=(.*)$/m.exec(subject)?.[1] ?? subject.replaceAll("\n", ", ")).slice(0, 200);
}
