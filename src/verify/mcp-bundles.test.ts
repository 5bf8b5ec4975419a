import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { extractSignatureBlock, getMcpConfigForManifest, packExtension, signMcpbFile } from "@anthropic-ai/mcpb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bundleCommand } from "../mcp/bundle/bundle-command.ts";
import { inspectBundle } from "../mcp/bundle/inspect-bundle.ts";
import { bundleFolder, installBundle } from "../mcp/bundle/install-bundle.ts";
import type { BundleManifest } from "../mcp/bundle/manifest.ts";
import { makePublisher, type TestPublisher } from "../mcp/bundle/testing/publisher.ts";
import { bundleOptions, smallManifest } from "./testing/bundle-options.ts";
import { publishedServers, stageServer } from "./testing/server-bundles.ts";

let folder: string;
let number = 0;
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), "indoors-bundles-"))));
afterAll(() => rmSync(folder, { recursive: true }));

const sha256 = (path: string) => createHash("sha256").update(readFileSync(path)).digest("hex");
const fresh = () => join(folder, `place-${number++}`);
const install = (path: string, more: { expectedSha256?: string; servers?: object; folder?: string } = {}) => {
  const { expectedSha256 = null, servers, folder: place = fresh() } = more;
  return installBundle(path, { ...bundleOptions(servers), folder: place, expectedSha256 });
};

/** Packs a folder as its makers do. */
async function packed(from: string): Promise<string> {
  const path = join(folder, `${basename(from)}-${number++}.mcpb`);
  expect(await packExtension({ extensionPath: from, outputPath: path, silent: true })).toBe(true);
  return path;
}

async function smallBundle(more: object = {}): Promise<string> {
  const from = join(folder, `small-${number++}`);
  mkdirSync(from);
  writeFileSync(join(from, "manifest.json"), smallManifest({ ...withConfig, ...more }));
  writeFileSync(join(from, "index.js"), "console.log('as it was signed');\n".repeat(20));
  return packed(from);
}
/** What mcpb demands, and Indoors does not. */
const withConfig = {
  server: { type: "node", entry_point: "index.js", mcp_config: { command: "node", args: ["${__dirname}/index.js"] } },
};

const publisherNamed = (name: string, keySize?: number) => makePublisher(folder, name, keySize);

function signed(path: string, { cert, key }: TestPublisher): string {
  const copy = join(folder, `signed-${number++}.mcpb`);
  copyFileSync(path, copy);
  signMcpbFile(copy, cert, key);
  return copy;
}

/** A copy with another content. */
function changed(path: string, change: (content: Buffer) => Buffer): string {
  const copy = join(folder, `changed-${number++}.mcpb`);
  writeFileSync(copy, change(readFileSync(path)));
  return copy;
}

describe("a bundle that mcpb packed from a published server", () => {
  it("is looked at and installed, file for file, and nothing in it can be run as a program", async () => {
    const from = stageServer(publishedServers.memory, join(folder, "memory"));
    const path = await packed(from);
    const facts = await inspectBundle(path, { ...bundleOptions(), taken: ["memory"] });
    expect(facts).toMatchObject({
      ...{ suggestedName: "memory-2", title: "memory", runtime: "node", sha256: sha256(path), faults: [] },
      ...{ bytes: statSync(path).size, publisher: { state: "unsigned" } },
    });
    const told: number[] = [];
    const place = fresh();
    const options = { ...bundleOptions(), folder: place, expectedSha256: facts.sha256 };
    const { manifest } = await installBundle(path, {
      ...options,
      onProgress: (done, total) => told.push(done / total),
    });
    expect(told.at(-1)).toBe(1);
    expect(readdirSync(place)).toEqual(["bundle"]);
    const files = readdirSync(bundleFolder(place), { recursive: true, withFileTypes: true }).filter((one) =>
      one.isFile(),
    );
    expect(files).toHaveLength(facts.files);
    for (const file of files) {
      const installed = join(file.parentPath, file.name);
      const original = join(from, installed.slice(bundleFolder(place).length));
      expect(readFileSync(installed).equals(readFileSync(original)), installed).toBe(true);
      expect(statSync(installed).mode & 0o777).toBe(0o600);
    }
    expect(manifest.server.type).toBe("node");
  });

  it("is started as mcpb itself would", async () => {
    const userConfig = { folders: ["/home/ann/a b", "/srv"], level: 3, loud: true };
    const manifest = {
      ...(JSON.parse(smallManifest()) as BundleManifest),
      user_config: {
        folders: { type: "directory", title: "", description: "", multiple: true, required: true },
        level: { type: "number", title: "", description: "" },
        loud: { type: "boolean", title: "", description: "" },
      },
      server: {
        ...{ type: "node", entry_point: "a.js" },
        mcp_config: {
          command: "node",
          args: ["${__dirname}/a.js", "${user_config.folders}", "--level=${user_config.level}", "${HOME}${/}x"],
          env: { LOUD: "${user_config.loud}" },
          platform_overrides: { linux: { env: { LOUD: "${user_config.loud}!" } } },
        },
      },
    } as const;
    const theirs = await getMcpConfigForManifest({
      ...{ manifest: structuredClone(manifest) as never, extensionPath: "/b", systemDirs: { HOME: "/d" }, userConfig },
      ...{ pathSeparator: "/", logger: console },
    });
    const ours = bundleCommand(manifest as unknown as BundleManifest, {
      ...{ folder: "/b", dataFolder: "/d", settings: userConfig, nodePath: "node", python: null, platform: "linux" },
    });
    expect(ours.args).toEqual(theirs?.args);
    expect(ours.env).toEqual({ ...theirs?.env, HOME: "/d", LANG: "C.UTF-8" });
  });
});

describe("a signature of mcpb", () => {
  let ann: TestPublisher;
  let path: string;
  let trusting: object;
  beforeAll(async () => {
    ann = await publisherNamed("Ann's servers");
    path = signed(await smallBundle(), ann);
    trusting = { publishers: [{ name: "Ann of the second floor", certificate: ann.fingerprint }] };
  });

  it("is nobody's until the administrator lists its certificate", async () => {
    const fingerprint = ann.fingerprint.replaceAll(":", "").toLowerCase();
    const facts = await inspectBundle(path, bundleOptions());
    expect(facts).toMatchObject({ publisher: { state: "unknown", name: "Ann's servers", fingerprint }, faults: [] });
    // What is told is the hash of the file as it lies there, signature and all.
    expect(facts.sha256).toBe(sha256(path));
    const { facts: installed } = await install(path, { servers: trusting });
    expect(installed.publisher).toEqual({ state: "trusted", name: "Ann of the second floor", fingerprint });
  });

  it("is demanded where the administrator says so", async () => {
    const servers = { ...trusting, requirePublisher: true };
    const other = signed(await smallBundle(), await publisherNamed("Ann's servers"));
    await expect(install(await smallBundle(), { servers })).rejects.toThrow("Nobody signed it");
    await expect(install(other, { servers })).rejects.toThrow("Its publisher is not listed here");
    expect((await install(path, { servers })).facts.publisher.state).toBe("trusted");
  });

  it("does not hold for a bundle that was changed", async () => {
    const flip = (content: Buffer) => {
      // The date of the first file: the archive stays in order.
      content[10]! ^= 1;
      return content;
    };
    // The control: without its signature the changed one is as good as any.
    const stripped = changed(changed(path, flip), (content) =>
      Buffer.from(extractSignatureBlock(content).originalContent),
    );
    expect((await install(stripped)).facts.publisher.state).toBe("unsigned");

    const place = fresh();
    await expect(install(changed(path, flip), { servers: trusting, folder: place })).rejects.toThrow(
      "It was changed after it was signed. Get it anew from its publisher.",
    );
    expect(readdirSync(place)).toEqual([]);
  });

  it.each<[string, string, (content: Buffer) => Buffer | Promise<Buffer>]>([
    [
      "of another bundle",
      "changed after it was signed",
      async (content) => {
        const block = content.subarray(extractSignatureBlock(content).originalContent.length);
        return Buffer.concat([readFileSync(await smallBundle({ name: "other" })), block]);
      },
    ],
    [
      "with a bit flipped in what it signs",
      "was not made with the key|cannot be read",
      (content) => {
        content[content.length - 12 - 100]! ^= 1;
        return content;
      },
    ],
    [
      "with a length that is not its own",
      "cut off or damaged",
      (content) => {
        const start = content.lastIndexOf("MCPB_SIG_V1");
        content.writeUInt32LE(5, start + 11);
        return content;
      },
    ],
    [
      "without its beginning",
      "cut off or damaged",
      (content) => {
        const start = content.lastIndexOf("MCPB_SIG_V1");
        return Buffer.concat([content.subarray(0, start), content.subarray(start + 20)]);
      },
    ],
    [
      "that is no signature",
      "cannot be read",
      (content) => {
        const start = content.lastIndexOf("MCPB_SIG_V1");
        return Buffer.concat([
          content.subarray(0, start + 15),
          Buffer.alloc(content.length - start - 27, 0x30),
          content.subarray(-12),
        ]);
      },
    ],
  ])("%s is refused", async (_, why, change) => {
    const copy = join(folder, `broken-${number++}.mcpb`);
    writeFileSync(copy, await change(readFileSync(path)));
    const refusal = inspectBundle(copy, bundleOptions(trusting));
    await expect(refusal).rejects.toMatchObject({ code: "server.refused", data: { reason: "signature" } });
    await expect(refusal).rejects.toThrow(new RegExp(why));
  });

  it("with a key that others can forge is refused", async () => {
    const weak = signed(await smallBundle(), await publisherNamed("Weak", 1024));
    await expect(inspectBundle(weak, bundleOptions())).rejects.toThrow("less than 2048 bits");
  });
});

describe("a SHA-256 that came with the bundle", () => {
  it("is compared before anything of it is read", async () => {
    const path = await smallBundle();
    const right = sha256(path);
    expect((await install(path, { expectedSha256: right.toUpperCase() })).facts.sha256).toBe(right);
    const wrong = "0".repeat(64);
    const notEvenAZip = changed(path, () => Buffer.from("anything"));
    await expect(install(notEvenAZip, { expectedSha256: right })).rejects.toMatchObject({
      code: "server.refused",
      data: { reason: "sha256", expected: right, actual: sha256(notEvenAZip) },
    });
    await expect(install(path, { expectedSha256: wrong })).rejects.toThrow(
      `Its SHA-256 is ${right}; it should be ${wrong}.`,
    );
    await expect(install(path, { expectedSha256: "abc" })).rejects.toMatchObject({ code: "input.invalid" });
  });

  it("is read from the file beside it, as sha256sum writes it", async () => {
    const path = await smallBundle();
    const beside = `${path}.sha256`;
    const line = `${sha256(path)}  ${basename(path)}\n`;
    writeFileSync(beside, `${"1".repeat(64)} *other.mcpb\n${line}`);
    expect((await inspectBundle(path, bundleOptions())).faults).toEqual([]);
    writeFileSync(
      beside,
      line.replace(/^./, (digit) => (digit === "0" ? "1" : "0")),
    );
    await expect(inspectBundle(path, bundleOptions())).rejects.toMatchObject({ data: { reason: "sha256" } });
    await expect(install(path, { expectedSha256: sha256(path) })).rejects.toThrow("the file beside it says");
    writeFileSync(beside, `${"1".repeat(64)} *other.mcpb\n`);
    await expect(inspectBundle(path, bundleOptions())).rejects.toThrow("says nothing of it");
    rmSync(beside);
    expect((await inspectBundle(path, bundleOptions())).faults).toEqual([]);
  });

  it("of a folder is what a shell computes of its files", async () => {
    const from = stageServer(publishedServers.thinking, join(folder, "thinking"));
    writeFileSync(join(from, "\u00e4 b.txt"), "");
    const shell = "find . ! -type d -printf '%P\\n' | LC_ALL=C sort | xargs -d '\\n' sha256sum | sha256sum";
    const [said] = execFileSync("sh", ["-c", shell], { cwd: from, encoding: "utf8" }).split(" ");
    const { facts } = await install(from, { expectedSha256: said! });
    expect(facts).toMatchObject({ sha256: said, suggestedName: "sequential-thinking" });
    writeFileSync(join(from, "index.js"), "another");
    await expect(install(from, { expectedSha256: said! })).rejects.toMatchObject({ data: { reason: "sha256" } });
  });
});

it("an import that is cancelled leaves nothing", async () => {
  const place = fresh();
  const controller = new AbortController();
  const from = join(folder, "memory");
  const cancelled = installBundle(from, {
    ...{ ...bundleOptions(), folder: place, expectedSha256: null, signal: controller.signal },
    onProgress: () => controller.abort(),
  });
  await expect(cancelled).rejects.toMatchObject({ code: "cancelled" });
  expect(readdirSync(place)).toEqual([]);
});

it("a program keeps its right to run, and only where programs are allowed", async () => {
  const from = join(folder, "program");
  mkdirSync(join(from, "bin"), { recursive: true });
  const server = {
    type: "binary",
    entry_point: "bin/serve",
    mcp_config: { command: "${__dirname}/bin/serve", args: [] },
  };
  writeFileSync(join(from, "manifest.json"), smallManifest({ server }));
  writeFileSync(join(from, "bin/serve"), "#!/bin/sh\necho served\n", { mode: 0o755 });
  const path = await packed(from);
  await expect(install(path)).rejects.toMatchObject({ data: { reason: "fault" } });
  for (const bundle of [path, from]) {
    const place = fresh();
    const { manifest } = await install(bundle, { servers: { programs: true }, folder: place });
    const { file } = bundleCommand(manifest, {
      ...{
        folder: bundleFolder(place),
        dataFolder: place,
        settings: {},
        nodePath: "",
        python: null,
        platform: "linux",
      },
    });
    expect(execFileSync(file, { encoding: "utf8" })).toBe("served\n");
    expect(statSync(join(bundleFolder(place), "manifest.json")).mode & 0o777).toBe(0o600);
  }
});
