import { createHash } from "node:crypto";
import { IndoorsError } from "../../shared/errors.ts";

/** What a machine must know to enrol: where the appliance listens, how to know it, and the secret of one use. */
export interface EnrolmentCode {
  readonly address: string;
  readonly port: number;
  /**
   * The first 16 bytes of the appliance's fingerprint, hex. They are enough: to pass for the appliance one would need a
   * second certificate with these 128 bits. The connector keeps the whole fingerprint of what it then sees, and both
   * whole fingerprints are part of the proof. The code is 27 letters shorter.
   */
  readonly fingerprintStart: string;
  /** 20 bytes, hex. */
  readonly secret: string;
}

/** Crockford's base 32: no I, L, O or U, so what is read aloud or typed off is not mistaken. */
const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const prefix = "INDOORS";
const checksumBytes = 2;
const layouts = [
  { version: 1, addressBytes: 4 },
  { version: 2, addressBytes: 16 },
] as const;
const fixedBytes = 1 + 2 + 16 + 20;
const lengthOf = (addressBytes: number) => Math.ceil(((fixedBytes + addressBytes + checksumBytes) * 8) / 5);

/** The code to type or paste on the other machine: `INDOORS-` and groups of six. Whoever has it can enrol once. */
export function makeCode(code: {
  readonly address: string;
  readonly port: number;
  /** The appliance's whole fingerprint, hex. */
  readonly fingerprint: string;
  readonly secret: string;
}): string {
  const address = addressToBytes(code.address);
  const port = Buffer.alloc(2);
  port.writeUInt16BE(code.port);
  const payload = Buffer.concat([
    Buffer.of(address.length === 4 ? 1 : 2),
    address,
    port,
    Buffer.from(code.fingerprint, "hex").subarray(0, 16),
    Buffer.from(code.secret, "hex"),
  ]);
  if (payload.length !== fixedBytes + address.length) throw new Error("a part of the code has the wrong length");
  const letters = toLetters(Buffer.concat([payload, checksumOf(payload)]));
  return [prefix, ...(letters.match(/.{1,6}/g) ?? [])].join("-");
}

/**
 * Reads a code, however it is spaced and in small letters too.
 * @throws IndoorsError `input.invalid`, and what is wrong with it
 */
export function readCode(typed: string): EnrolmentCode {
  const tight = typed.toUpperCase().replaceAll(/[\s-]/g, "");
  if (!tight.startsWith(prefix)) throw wrong(`It does not begin with ${prefix}-.`);
  // What is easily mistaken is taken as it was meant.
  const letters = tight.slice(prefix.length).replaceAll("O", "0").replaceAll(/[IL]/g, "1");
  const foreign = [...letters].find((letter) => !alphabet.includes(letter));
  if (foreign !== undefined) throw wrong(`It cannot contain '${foreign}'.`);
  const layout = layouts.find(({ addressBytes }) => lengthOf(addressBytes) === letters.length);
  if (layout === undefined) {
    const [short = 0, long = 0] = layouts.map(({ addressBytes }) => lengthOf(addressBytes));
    throw wrong(`After ${prefix}- it has ${letters.length} letters, and a whole one has ${short} or ${long}.`);
  }
  const bytes = toBytes(letters, fixedBytes + layout.addressBytes + checksumBytes);
  const payload = bytes.subarray(0, -checksumBytes);
  if (!checksumOf(payload).equals(bytes.subarray(-checksumBytes)) || payload[0] !== layout.version) {
    throw wrong("A letter is another one than in the code, or two are swapped.");
  }
  const portAt = 1 + layout.addressBytes;
  const port = payload.readUInt16BE(portAt);
  if (port === 0) throw wrong("It names no port.");
  return {
    address: bytesToAddress(payload.subarray(1, portAt)),
    port,
    fingerprintStart: payload.subarray(portAt + 2, portAt + 18).toString("hex"),
    secret: payload.subarray(portAt + 18).toString("hex"),
  };
}

function wrong(why: string): IndoorsError {
  return new IndoorsError(
    "input.invalid",
    `The enrolment code cannot be read. ${why} Copy it whole from the appliance.`,
  );
}

function checksumOf(payload: Buffer): Buffer {
  return createHash("sha256").update("indoors-code").update(payload).digest().subarray(0, checksumBytes);
}

function toLetters(bytes: Buffer): string {
  let letters = "";
  let held = 0;
  let bits = 0;
  for (const byte of bytes) {
    held = (held << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      letters += alphabet[(held >> bits) & 31];
    }
    held &= 31;
  }
  return bits === 0 ? letters : letters + alphabet[(held << (5 - bits)) & 31];
}

function toBytes(letters: string, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  let held = 0;
  let bits = 0;
  let at = 0;
  for (const letter of letters) {
    held = (held << 5) | alphabet.indexOf(letter);
    bits += 5;
    if (bits < 8) continue;
    bits -= 8;
    bytes[at++] = (held >> bits) & 255;
    held &= 255;
  }
  return bytes;
}

function addressToBytes(address: string): Buffer {
  if (/^\d+(?:\.\d+){3}$/.test(address)) return Buffer.from(address.split(".").map(Number));
  // The URL parser writes any form of it the same way: hexadecimal groups, with one :: at most.
  const [front = "", back] = new URL(`http://[${address}]`).hostname.slice(1, -1).split("::");
  const groups = (text: string) => (text === "" ? [] : text.split(":"));
  const [before, after] = [groups(front), groups(back ?? "")];
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => "0");
  return Buffer.from([...before, ...zeros, ...after].map((group) => group.padStart(4, "0")).join(""), "hex");
}

function bytesToAddress(bytes: Buffer): string {
  if (bytes.length === 4) return bytes.join(".");
  const groups = bytes.toString("hex").match(/.{4}/g) ?? [];
  return new URL(`http://[${groups.join(":")}]`).hostname.slice(1, -1);
}
