import { mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Grant, TranscriptHit } from "../shared/tool.ts";
import { loadTool } from "./load-tool.ts";
import { tools } from "./registry.ts";
import { callTool } from "./testing/call-tool.ts";
import type { Broker } from "./worker-process.ts";

/** Every tool as the host runs it: a real worker process on real folders. */
let base = "";
let grants: Grant[] = [];

beforeAll(() => {
  base = mkdtempSync(join(tmpdir(), "indoors-tools-test-"));
  const put = (path: string, content: string | Uint8Array) => {
    mkdirSync(join(base, path, ".."), { recursive: true });
    writeFileSync(join(base, path), content);
  };
  put("office/budget 2026.csv", "Item,Amount\nRent,12000\nHeating,3400\n");
  put("office/letters/letter to Müller.txt", "Dear Mr Müller,\nthe heating in the café is broken.\n");
  put("office/letters/old.txt", "nothing here\n");
  put("office/.hidden/secret.txt", "heating secret");
  put("office/long.txt", Array.from({ length: 900 }, (_, at) => `line ${at + 1} of the protocol`).join("\n"));
  put("office/wide.txt", "a".repeat(7000));
  put("office/utf16.txt", Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from("Grüße\n", "utf16le")]));
  put("office/latin1.txt", Buffer.from("Gr\xfc\xdfe", "latin1"));
  put("office/escape.txt", "red \u001b[31malert\u001b[0m\r\nnext");
  put("office/report.pdf", "%PDF-1.7\n...");
  put("office/contract.docx", Buffer.from("PK\x03\x04rest", "latin1"));
  put("office/blob.dat", Buffer.from([1, 2, 0, 3]));
  put("office/empty.txt", "");
  put("office/big.txt", Buffer.alloc(20_000_001, "heating "));
  put("other/计划.txt", "二零二六年度预算\n");
  put("other/heating plan.md", "# Plan\n");
  utimesSync(join(base, "office/budget 2026.csv"), 1_780_000_000, 1_780_000_000);
  symlinkSync("/etc", join(base, "office/link"));
  grants = ["office", "other"].map((name) => ({ name, path: join(base, name), mode: "ro" }));
});
afterAll(() => rmSync(base, { recursive: true }));

const noBroker: Broker = {
  searchTranscripts: () => {
    throw new Error("not asked for");
  },
};

const run = async (tool: string, args: Record<string, unknown>, broker = noBroker) =>
  (await callTool(tool, args, grants, { broker })).outcome;

it("a worker loads every tool of the list by its name, and none by another", async () => {
  for (const tool of tools) expect(await loadTool(tool.spec.name)).toBe(tool);
  expect(await loadTool("constructor")).toBeUndefined();
});

it("every tool has words for the model, a limit, and a known effect", () => {
  expect(tools.map((tool) => tool.spec.name)).toEqual([
    "list_folder",
    "read_file",
    "search_files",
    "search_transcripts",
    "calculate",
    "date_arithmetic",
    "query_csv",
    "query_sqlite",
    "write_file",
  ]);
  for (const { spec, limits } of tools) {
    expect(spec.effect).toBe(spec.name === "write_file" ? "write" : "read");
    expect(spec.description).toMatch(/^[A-Z].*\.$/);
    for (const argument of Object.values(spec.arguments)) expect(argument.description).toMatch(/\.$/);
    expect(limits.wallMs).toBeLessThanOrEqual(60_000);
  }
});

describe("list_folder", () => {
  it("names the open folders", async () => {
    expect(await run("list_folder", {})).toMatchObject({ ok: true, text: "Open folders:\noffice/\nother/" });
  });

  it("lists folders first, with sizes, and counts what is hidden", async () => {
    const { text } = await run("list_folder", { folder: "office/" });
    expect(text).toMatch(/^office\/ has 13 entries:\nletters\/\nbig\.txt \(20\.0 MB, /);
    expect(text).toContain("budget 2026.csv (36 bytes, 2026-05-28)");
    expect(text).toContain("link (a link)");
    expect(text).toContain("(1 hidden entry not listed.)");
    expect(text).not.toContain("secret");
  });

  it.each([
    ["office/budget 2026.csv", "file.unreadable", "not a folder"],
    ["office/link", "tool.denied", "link out of"],
    ["elsewhere", "tool.denied", "not in a granted folder (office, other)"],
    ["office/none", "file.unreadable", "nothing of that name"],
  ])("refuses %s", async (folder, code, words) => {
    const outcome = await run("list_folder", { folder });
    expect(outcome).toMatchObject({ ok: false, code });
    expect(outcome.text).toContain(words);
  });
});

describe("read_file", () => {
  it("reads a whole file", async () => {
    expect(await run("read_file", { file: "office/budget 2026.csv" })).toMatchObject({
      ok: true,
      text: "office/budget 2026.csv:\nItem,Amount\nRent,12000\nHeating,3400",
      truncated: false,
      data: { totalLines: 3, encoding: "UTF-8" },
    });
  });

  it("pages through a long file without losing or repeating a line", async () => {
    const lines: string[] = [];
    for (let from: number | undefined = 1; from !== undefined;) {
      const outcome = await run("read_file", { file: "office/long.txt", from_line: from });
      expect(outcome.text.length).toBeLessThan(4200);
      lines.push(...outcome.text.split("\n").filter((line) => line.startsWith("line ")));
      const next = /continue at from_line (\d+)\]$/.exec(outcome.text)?.[1];
      expect(outcome).toMatchObject({ ok: true, truncated: next !== undefined });
      from = next === undefined ? undefined : Number(next);
    }
    expect(lines).toEqual(Array.from({ length: 900 }, (_, at) => `line ${at + 1} of the protocol`));
  });

  it("reads only as many lines as it is asked for, and all of a very long line", async () => {
    const { text } = await run("read_file", { file: "office/long.txt", from_line: 3, lines: 2 });
    expect(text).toBe(
      "office/long.txt, lines 3 to 4 of 900:\nline 3 of the protocol\nline 4 of the protocol\n[truncated, 896 more lines, continue at from_line 5]",
    );
    const pages = [];
    for (const from of [1, 2, 3]) pages.push(await run("read_file", { file: "office/wide.txt", from_line: from }));
    expect(pages.map((page) => page.text.match(/a{2,}/)?.[0].length)).toEqual([3000, 3000, 1000]);
  });

  it.each([
    ["office/utf16.txt", "Grüße"],
    ["office/latin1.txt", "Grüße"],
    ["office/escape.txt", "red ␛[31malert␛[0m\nnext"],
    ["office/empty.txt", "office/empty.txt is empty."],
  ])("makes text of %s", async (file, words) => {
    const outcome = await run("read_file", { file });
    expect(outcome.ok).toBe(true);
    expect(outcome.text).toContain(words);
  });

  it.each([
    [{ file: "office/report.pdf" }, "file.unreadable", "It is no PDF, or it is damaged."],
    [{ file: "office/contract.docx" }, "file.unreadable", "It is damaged: the end of the archive is missing."],
    [{ file: "office/blob.dat" }, "file.unreadable", "It is not a kind of file that can be read as text."],
    [{ file: "office/big.txt" }, "tool.limit", "It has 20 MB; text files are read up to 20 MB."],
    [{ file: "office/letters" }, "file.unreadable", "is a folder"],
    [{ file: "office/empty.txt/" }, "input.invalid", "must name a file"],
    [{ file: "/etc/passwd" }, "input.invalid", "must begin with the name of a granted folder"],
    [{ file: "office/../other/heating plan.md" }, "input.invalid", "must not contain .."],
    [{ file: "office/link/passwd" }, "tool.denied", "link out of"],
    [{ file: "office/long.txt", from_line: 901 }, "input.invalid", "between 1 and 900"],
    [{ file: "office/long.txt", from_line: 0 }, "input.invalid", "at least 1"],
  ])("refuses %j", async (args, code, words) => {
    const outcome = await run("read_file", args);
    expect(outcome).toMatchObject({ ok: false, code });
    expect(outcome.text).toContain(words);
  });
});

const files = (outcome: object) =>
  "data" in outcome ? (outcome.data as { results: { file: string }[] }).results.map(({ file }) => file) : [];

describe("search_files", () => {
  it("finds by name and by content, without case and accents, in every grant, and nothing hidden", async () => {
    const outcome = await run("search_files", { words: "HEATING" });
    expect(files(outcome).sort()).toEqual([
      "office/budget 2026.csv",
      "office/letters/letter to Müller.txt",
      "other/heating plan.md",
    ]);
    expect(outcome.text).toContain("  line 3: Heating,3400");
    expect(files(await run("search_files", { words: "muller cafe" }))).toEqual(["office/letters/letter to Müller.txt"]);
  });

  it("puts the file with more of the words, and rarer ones, first", async () => {
    const found = files(await run("search_files", { words: "heating broken" }));
    expect(found[0]).toBe("office/letters/letter to Müller.txt");
    expect(found).toHaveLength(3);
  });

  it("finds words by their beginning, and anywhere in scripts without spaces", async () => {
    expect(files(await run("search_files", { words: "heat" }))).toContain("office/budget 2026.csv");
    expect(files(await run("search_files", { words: "eating" }))).toEqual([]);
    expect(files(await run("search_files", { words: "预算" }))).toEqual(["other/计划.txt"]);
  });

  it("stays in the folder it is given", async () => {
    expect(files(await run("search_files", { words: "heating", folder: "other" }))).toEqual(["other/heating plan.md"]);
  });

  it("stops early in a folder without end, and says so", async () => {
    mkdirSync(join(base, "other", "crowd"));
    for (let at = 0; at < 20_001; at++) symlinkSync("nowhere", join(base, "other", "crowd", String(at)));
    const outcome = await run("search_files", { words: "zeppelin", folder: "other/crowd" });
    expect(outcome).toMatchObject({ ok: true, truncated: true });
    expect(outcome.text).toContain("[stopped early: more than 20000 files and folders");
  });

  it("says that nothing was found, and refuses a search without a word", async () => {
    expect(await run("search_files", { words: "zeppelin" })).toMatchObject({
      ok: true,
      text: expect.stringContaining("No file has 'zeppelin'"),
    });
    expect(await run("search_files", { words: "?!" })).toMatchObject({ ok: false, code: "input.invalid" });
  });
});

describe("search_transcripts", () => {
  const hit: TranscriptHit = {
    recordingId: "r1",
    recordingName: "apollo\u001b[2J-13",
    transcriptId: "t1",
    segmentId: 1,
    startMs: 65_000,
    endMs: 68_000,
    text: " Houston, we've had a problem. ",
  };

  it("asks the host and shows hits with their time", async () => {
    const asked: unknown[] = [];
    const broker: Broker = {
      searchTranscripts(params) {
        asked.push(params);
        return { hits: [hit, { ...hit, startMs: 3_723_000, text: "later" }] };
      },
    };
    const outcome = await run("search_transcripts", { words: "problem", recording: "r1" }, broker);
    expect(outcome.text).toBe("[01:05] apollo␛[2J-13: Houston, we've had a problem.\n[1:02:03] apollo␛[2J-13: later");
    expect(asked).toEqual([{ query: "problem", recordingId: "r1", limit: 8 }]);
  });

  it("says when there is nothing, and when the host fails", async () => {
    const nothing = await run("search_transcripts", { words: "x" }, { searchTranscripts: () => ({ hits: [] }) });
    expect(nothing).toMatchObject({ ok: true, text: "Nothing that was said matches 'x'." });
    expect(await run("search_transcripts", { words: "x" })).toMatchObject({ ok: false, code: "internal" });
  });
});

describe("calculate", () => {
  it("works out, and refuses, in its worker", async () => {
    expect(await run("calculate", { expression: "15% of 240" })).toMatchObject({ ok: true, text: "15% of 240 = 36" });
    expect(await run("calculate", { expression: "import({a: 1})" })).toMatchObject({
      ok: false,
      code: "input.invalid",
    });
  });
});

describe("date_arithmetic", () => {
  it.each([
    [{ operation: "add days", date: "2026-02-27", amount: 3 }, "2026-02-27 plus 3 days is 2026-03-02, a Monday."],
    [{ operation: "subtract weeks", amount: 2 }, "2026-11-23 minus 2 weeks is 2026-11-09, a Monday."],
    [{ operation: "weekday", date: "2000-02-29" }, "2000-02-29 is a Tuesday."],
    [{ operation: "days between", until: "2026-12-25" }, "From 2026-11-23 (Monday) to 2026-12-25 (Friday): 32 days"],
  ])("%j", async (args, words) => {
    const outcome = await run("date_arithmetic", args);
    expect(outcome.ok).toBe(true);
    expect(outcome.text).toContain(words);
  });

  it.each([
    [{ operation: "add days" }, "needs the amount"],
    [{ operation: "add years", amount: 99_999 }, "outside the years"],
    [{ operation: "add days", date: "2026-02-30", amount: 1 }, "calendar day"],
    [{ operation: "multiply" }, "must be one of"],
  ])("refuses %j", async (args, words) => {
    const outcome = await run("date_arithmetic", args);
    expect(outcome).toMatchObject({ ok: false, code: "input.invalid" });
    expect(outcome.text).toContain(words);
  });
});
