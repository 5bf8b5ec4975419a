import { chmodSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeBareElectron } from "./bare-electron.ts";
import { canOpenDesktop } from "./needs-desktop.ts";
import { type Desktop, openDesktop, temporaryFolder } from "./open-desktop.ts";
import { attempts, type Ground } from "./renderer-attempts.ts";
import { openWitness, type Witness } from "./witness.ts";

describe.skipIf(!canOpenDesktop)("from inside the page there is no way out", () => {
  const table: string[] = [];
  let ours: Ground;
  let bare: Ground;
  const opened: (Desktop | Witness)[] = [];
  let folder: string;

  async function stand(options: Parameters<typeof openDesktop>[0], file: string): Promise<Ground> {
    const witness = await openWitness();
    opened.push(witness);
    const desktop = await openDesktop(options);
    opened.push(desktop);
    await desktop.page.waitForLoadState();
    return { app: desktop.app, page: desktop.page, witness, file };
  }

  beforeAll(async () => {
    folder = temporaryFolder();
    chmodSync(folder, 0o755);
    mkdirSync(join(folder, "readable"));
    const file = join(folder, "readable", "file.txt");
    writeFileSync(file, "a file of this machine");
    ours = await stand({}, file);
    bare = await stand({ program: makeBareElectron(join(folder, "bare")) }, file);
  }, 120_000);
  afterAll(async () => {
    for (const one of opened.toReversed()) await one.close();
    rmSync(folder, { recursive: true, force: true });
    console.log(`Ways out of the page:\n${table.join("\n")}`);
  });

  it.each(attempts)("$name", async ({ name, attempt }) => {
    const escapedOurs = await attempt(ours);
    const escapedBare = await attempt(bare);
    table.push(
      `${name.padEnd(52)} ${escapedOurs ? "ESCAPED" : "refused"}; without protection: ${escapedBare ? "gets out" : "REFUSED"}`,
    );
    // The control first: an attempt that cannot succeed anywhere proves nothing.
    expect(escapedBare, "without the protection it must succeed").toBe(true);
    expect(escapedOurs).toBe(false);
  });

  it("and nothing whatever reached the witness from our window", () => {
    expect(ours.witness.seen()).toEqual([]);
    expect(bare.witness.seen().length).toBeGreaterThan(5);
  });
});
