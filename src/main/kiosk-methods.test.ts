import { describe, expect, it } from "vitest";
import { hostContract } from "../shared/host-contract.ts";
import { shellContract } from "../shared/shell-contract.ts";
import { type ViewName, viewName } from "../shared/kiosk.ts";
import { hostRules, mayCall, shellRules } from "./kiosk-methods.ts";

const exportPath = "/media/stick/a.txt";
const isExportPath = (path: unknown) => path === exportPath;
const may = (views: readonly ViewName[], contract: "host" | "shell", method: string, params: unknown = {}) =>
  mayCall(contract, method, params, { views, isExportPath });

describe("what the window of a kiosk may call", () => {
  it("is said of every method there is, and of none that is not", () => {
    expect(Object.keys(hostRules).sort()).toEqual(Object.keys(hostContract.methods).sort());
    expect(Object.keys(shellRules).sort()).toEqual(Object.keys(shellContract.methods).sort());
  });

  const everything = viewName.options;
  it.each([
    ...["models.import", "models.remove", "transcriptions.start", "runs.retry", "policy.setRule"],
    ...["policy.setMinimumLevel", "audit.setAnchorFile", "audit.eraseContent", "agents.put", "agents.remove"],
    ...Object.keys(hostContract.methods).filter((name) => /^(?:mcp|perimeter|connectors)\./.test(name)),
  ])("is never %s, with every view and with any parameters", (method) => {
    for (const params of [{}, { path: null, file: null, grants: [] }, null]) {
      expect(may(everything, "host", method, params)).toBe(false);
    }
  });
  it.each(["files.pick", "files.recordings", "files.reveal"])("is never %s", (method) =>
    expect(may(everything, "shell", method)).toBe(false),
  );
  it.each(["constructor", "__proto__", "toString", "", "nonsense", "media.path", "stop"])("is never '%s'", (method) => {
    expect(may(everything, "host", method)).toBe(false);
    expect(may(everything, "shell", method)).toBe(false);
  });

  it.each<[ViewName, "host" | "shell", string]>([
    ["recordings", "host", "recordings.list"],
    ["recordings", "host", "captures.start"],
    ["recordings", "host", "transcripts.search"],
    ["recordings", "shell", "capture.append"],
    ["chat", "host", "conversations.list"],
    ["chat", "host", "runs.cancel"],
    ["chat", "host", "conversations.export"],
    ["chat", "host", "elicitations.list"],
    ["chat", "host", "elicitations.answer"],
    ["audit", "host", "audit.list"],
    ["audit", "shell", "files.chooseSave"],
    ["agents", "host", "policy.get"],
    ["models", "host", "models.verify"],
    ["about", "host", "about.licence"],
  ])("with the view %s has %s %s, and without it has not", (view, contract, method) => {
    expect(may([view], contract, method)).toBe(true);
    expect(
      may(
        everything.filter((other) => other !== view),
        contract,
        method,
      ),
    ).toBe(false);
  });

  it.each([
    ["host", "seal.get"],
    ["host", "settings.get"],
    ["shell", "shell.state"],
    ["shell", "kiosk.leave"],
    ["shell", "kiosk.touch"],
  ] as const)("is always %s %s", (contract, method) => expect(may(["about"], contract, method)).toBe(true));

  it("grants no folder to an agent", () => {
    const grant = { path: "/", mode: "read" };
    expect(may(["chat"], "host", "runs.start", { question: "?", grants: [] })).toBe(true);
    expect(may(["chat"], "host", "runs.start", { question: "?", grants: [grant] })).toBe(false);
    expect(may(["chat"], "host", "runs.start", { question: "?" })).toBe(false);
    expect(may(["chat"], "host", "runs.start", { question: "?", grants: { length: 0 } })).toBe(false);
  });

  it("says no yes for good", () => {
    const answer = (scope: string) => ({ id: "1", answer: { decision: "allow", scope, by: "somebody" } });
    expect(may(["chat"], "host", "approvals.answer", answer("call"))).toBe(true);
    expect(may(["chat"], "host", "approvals.answer", answer("run"))).toBe(true);
    expect(may(["chat"], "host", "approvals.answer", answer("always"))).toBe(false);
    expect(may(["chat"], "host", "approvals.answer", { id: "1" })).toBe(false);
  });

  it("writes the log only where the kiosk said, and reads no file for it", () => {
    expect(may(["audit"], "host", "audit.export", { file: exportPath, format: "jsonl" })).toBe(true);
    expect(may(["audit"], "host", "audit.export", { file: "/home/kiosk/.profile", format: "jsonl" })).toBe(false);
    expect(may(["audit"], "host", "audit.anchor", { file: null })).toBe(true);
    expect(may(["audit"], "host", "audit.anchor", { file: "/etc/x" })).toBe(false);
    expect(may(["audit"], "host", "audit.verify", { anchorFile: null, publicKeyFile: null })).toBe(true);
    expect(may(["audit"], "host", "audit.verify", { anchorFile: "/etc/shadow", publicKeyFile: null })).toBe(false);
    expect(may(["agents"], "host", "policy.check", { path: null, call: null })).toBe(true);
    expect(may(["agents"], "host", "policy.check", { path: "/etc/shadow", call: null })).toBe(false);
  });

  it("sets what one reads with, and nothing else", () => {
    expect(may(["home"], "host", "settings.set", { language: "de", scale: 1.5, theme: "dark" })).toBe(true);
    expect(may(["settings"], "host", "settings.set", { language: "de", chatModel: "x" })).toBe(false);
    expect(may(["settings"], "host", "settings.set", null)).toBe(false);
  });
});
