import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { defaultPolicy } from "../agent/policy/default-policy.ts";
import { policy as policySchema } from "../shared/policy.ts";
import { openPolicyFile, readPolicy, withRealPaths } from "./policy-file.ts";

const folder = mkdtempSync(join(tmpdir(), "indoors-policy-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const fresh = () => mkdtempSync(join(folder, "data-"));
const good = JSON.stringify(defaultPolicy, null, 2);

describe("the policy file", () => {
  it("is written with the default when it is missing, for its owner alone, and left alone when it is there", async () => {
    const data = fresh();
    const file = await openPolicyFile(data);
    expect(await file.read()).toEqual(defaultPolicy);
    expect(statSync(file.path).mode & 0o777).toBe(0o600);
    writeFileSync(file.path, "{ mine");
    const again = await openPolicyFile(data);
    await expect(again.read()).rejects.toMatchObject({ code: "policy.invalid" });
    expect(readFileSync(file.path, "utf8")).toBe("{ mine");
  });

  it("holds at once when it is edited, and denies everything when it goes away", async () => {
    const file = await openPolicyFile(fresh());
    writeFileSync(file.path, JSON.stringify({ version: 1, minimumLevel: "A", rules: [] }));
    expect((await file.read()).minimumLevel).toBe("A");
    rmSync(file.path);
    await expect(file.read()).rejects.toThrow(/so no tool may run: .*policy\.json\. It is not there\./);
  });

  it.each<readonly [string, string, string]>([
    ["a comma too many", good.replace('"ask",', '"ask",,'), "Line 12: it is not JSON"],
    ["cut off", good.slice(0, -20), `Line ${good.slice(0, -20).split("\n").length}: it is not JSON`],
    ["empty", "", "Line 1: it is not JSON"],
    ["another version", good.replace('"version": 1', '"version": 2'), "version: "],
    ["a verdict that is none", good.replace('"ask"', '"maybe"'), "rules[1].verdict: "],
    ["a field that is none", good.replace('"tool"', '"tolo"'), "rules[0]: "],
    ["no rules", '{"version":1,"minimumLevel":"B"}', "rules: "],
    ["a list", "[]", "The whole file: "],
    [
      "a folder that would never match",
      '{"version":1,"minimumLevel":"B","rules":[{"grant":"docs","verdict":"deny"}]}',
      "rules[0].grant: 'docs' is not an absolute path",
    ],
    [
      "an effect that would never match",
      '{"version":1,"minimumLevel":"B","rules":[{"tool":"effect:wirte","verdict":"deny"}]}',
      "rules[0].tool: there is no 'effect:wirte'",
    ],
  ])("%s: says where, and what to do", async (_what, text, where) => {
    const path = join(fresh(), "policy.json");
    writeFileSync(path, text);
    const error = await readPolicy(path).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "policy.invalid", message: expect.stringContaining(`${path}. ${where}`) });
    expect(error).toMatchObject({ message: expect.stringContaining("`indoors policy check`") });
  });

  it("adds rules on top, in one step, several at once, and never to a file that cannot be used", async () => {
    const data = fresh();
    const file = await openPolicyFile(data);
    const rule = (grant: string) => ({ tool: "write_file", grant, verdict: "allow" as const });
    await Promise.all([file.addOnTop([rule("/a")]), file.addOnTop([rule("/b"), rule("/c")])]);
    const { rules } = await file.read();
    expect(rules.map(({ grant }) => grant).slice(0, 3)).toEqual(["/b", "/c", "/a"]);
    expect(rules.slice(3)).toEqual(defaultPolicy.rules);
    expect(statSync(file.path).mode & 0o777).toBe(0o600);
    expect(readdirSync(data)).toEqual(["policy.json"]);
    writeFileSync(file.path, "{ mine");
    await expect(file.addOnTop([rule("/d")])).rejects.toMatchObject({ code: "policy.invalid" });
    expect(readFileSync(file.path, "utf8")).toBe("{ mine");
  });

  it("knows a folder by its real path; one that is not there stays as written", async () => {
    const real = realpathSync(fresh());
    const link = join(folder, "link");
    symlinkSync(real, link);
    const rules = [
      { grant: link, verdict: "deny" as const },
      { grant: "/not/there", verdict: "deny" as const },
    ];
    const effective = await withRealPaths({ ...defaultPolicy, rules });
    expect(effective.rules.map(({ grant }) => grant)).toEqual([real, "/not/there"]);
  });
});

it("docs/policy.schema.json is the schema, for editors (vitest -u writes it)", async () => {
  const path = fileURLToPath(new URL("../../docs/policy.schema.json", import.meta.url));
  await expect(`${JSON.stringify(z.toJSONSchema(policySchema), null, 2)}\n`).toMatchFileSnapshot(path);
});
