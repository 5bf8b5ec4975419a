import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, readdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { LlamaContextSequence, Token } from "node-llama-cpp";

const kept = 4;
const extension = ".prefix-state";

/**
 * What the model has computed for the system text and the tool list, on disk, so that the first answer after a start
 * does not wait for it.
 *
 * llama.cpp aborts the process over a state that is cut short or belongs to another model. So a file is named
 * `<what it is for>.<sha256 of its bytes>.prefix-state`, where the first part is a hash of everything the state
 * depends on, and nothing is given to llama.cpp whose bytes do not match the name.
 */
export class PrefixStates {
  readonly #folder: string;
  readonly #key: string;

  /** `key`: the model's sha256, the engine's version, and every option that shapes the state. */
  constructor(folder: string, key: string) {
    this.#folder = folder;
    this.#key = key;
  }

  /** Puts the sequence into the state after `prefix`. False when there is none; a damaged one is deleted. */
  async restore(sequence: LlamaContextSequence, prefix: readonly Token[]): Promise<boolean> {
    const name = (await this.#names()).find((each) => each.startsWith(this.#purpose(prefix)));
    if (name === undefined) return false;
    const path = join(this.#folder, name);
    try {
      if (name === `${this.#purpose(prefix)}.${await hashOfFile(path)}${extension}`) {
        await sequence.loadStateFromFile(path, { acceptRisk: true });
        const tokens = sequence.contextTokens;
        if (tokens.length === prefix.length && tokens.every((token, index) => token === prefix[index])) return true;
      }
    } catch {
      // Unreadable counts as absent: the prefix is evaluated and saved anew.
    }
    await sequence.clearHistory();
    await rm(path, { force: true });
    return false;
  }

  /** Saves the state of a sequence that holds exactly `prefix`. A full or read-only disk only costs the speed. */
  async save(sequence: LlamaContextSequence, prefix: readonly Token[]): Promise<void> {
    const path = join(this.#folder, this.#purpose(prefix));
    const part = `${path}.part`;
    try {
      await mkdir(this.#folder, { recursive: true, mode: 0o700 });
      await sequence.saveStateToFile(part);
      await rename(part, `${path}.${await hashOfFile(part)}${extension}`);
      await this.#forgetOldest();
    } catch {
      await rm(part, { force: true }).catch(() => {});
    }
  }

  async #forgetOldest(): Promise<void> {
    const names = await this.#names();
    const files = await Promise.all(
      names.map(async (name) => ({ name, time: (await stat(join(this.#folder, name))).mtimeMs })),
    );
    const old = files.sort((a, b) => b.time - a.time).slice(kept);
    await Promise.all(old.map(({ name }) => rm(join(this.#folder, name), { force: true })));
  }

  async #names(): Promise<string[]> {
    const names = await readdir(this.#folder).catch(() => []);
    return names.filter((name) => name.endsWith(extension));
  }

  #purpose(prefix: readonly Token[]): string {
    const hash = createHash("sha256").update(this.#key).update("\0").update(Uint32Array.from(prefix));
    return hash.digest("hex").slice(0, 32);
  }
}

async function hashOfFile(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest("hex");
}
