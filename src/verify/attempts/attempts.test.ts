import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { neutralise } from "../../tools/neutralise.ts";
import { type AttemptPrograms, buildPrograms } from "./build-programs.ts";
import { commitRows } from "./commit-rows.ts";
import { type Found, showFindings } from "./findings.ts";
import { type Expected, type Finding, judge, type Observed } from "./judge.ts";
import { whatIsMissing } from "./level-here.ts";
import { observeCommits, observeReach, observeUseUp, observeWeaker } from "./observe.ts";
import { raceCommit, raceHost, raceKills, raceReader } from "./races.ts";
import { reachRows } from "./reach-rows.ts";
import { terminalOrders } from "./terminal-orders.ts";
import { useUpRows } from "./use-up-rows.ts";
import { makeWorld, peopleHere, type World } from "./world.ts";

const required = Boolean(process.env["CI"]) || Boolean(process.env["INDOORS_REQUIRE_SANDBOX"]);
const people = peopleHere().map((person) => ({ person, missing: whatIsMissing(person) }));
const findings: Found[] = [];
const levels: Record<string, string> = {};

afterAll(() => console.log(showFindings(findings, levels)));

for (const { person, missing } of people) {
  if (missing !== null) {
    console.warn(`skipped: the attempts to get out of the sandbox as ${person.name}: ${missing.why}`);
  }
  it.runIf(required || missing?.isFault)(`the attempts can be made here as ${person.name}`, () => {
    expect(missing).toBeNull();
  });
  describe.skipIf(missing !== null)(`as ${person.name}`, () => {
    let programs: AttemptPrograms;
    let world: World;
    const observed = new Map<string, Observed>();
    const nothing: Observed = { control: undefined, sealed: undefined };
    let runs: readonly object[] = [];
    let project = "";
    let cgroup = false;

    beforeAll(async () => {
      programs = buildPrograms();
      world = await makeWorld(person, programs);
      const reach = await observeReach(world);
      const useUp = await observeUseUp(world);
      const commits = await observeCommits(world);
      for (const part of [reach, useUp, commits]) for (const [id, one] of part.observed) observed.set(id, one);
      ({ cgroup } = useUp.report);
      levels[person.name] = `level ${useUp.report.level}, ${cgroup ? "with" : "without"} a cgroup`;
      runs = [reach.sealed, commits.sealed];
      project = commits.folder;
    }, 120_000);
    afterAll(async () => {
      await world?.dispose();
      programs?.dispose();
    });

    function settle({ id, what }: { readonly id: string; readonly what: string }, finding: Finding): void {
      findings.push({ ...finding, id, what, who: person.name });
      expect(finding.state, finding.why).not.toBe("FAILED");
    }

    it("what it is given runs, and what is not written is said", () => {
      expect(runs).toEqual([
        { code: 0, signal: null, stdout: expect.any(String), stderr: "" },
        { code: 3, signal: null, stdout: "", stderr: expect.stringContaining("pre-commit") },
      ]);
      expect(readFileSync(join(project, "fine.txt"), "utf8")).toBe("fine\n");
      expect(statSync(join(project, "fine.txt")).uid).toBe(person.uid);
    });

    it.each(reachRows)("$id $what", (row) => {
      const beside = row.beside?.(world);
      settle(
        row,
        beside === undefined ? judge(row, observed.get(row.id) ?? nothing) : { state: "listed", why: beside },
      );
    });

    it.each(useUpRows)("$id $what", (row) => {
      const listed = cgroup ? undefined : row.withoutCgroup;
      settle(row, judge({ ...row, listed }, observed.get(row.id) ?? nothing));
    });

    it.each(commitRows)("$id left in a granted folder: $what", (row) => {
      settle(row, judge({ stoppedBy: /^it does not lie there$/ }, observed.get(row.id) ?? nothing));
    });

    it("level B stops the attempts to reach something too", async ({ skip }) => {
      const weaker = await observeWeaker(world, observed);
      if (weaker === null) {
        console.warn("skipped: the attempts at level B: this kernel's Landlock is too old for it, or switched off");
        return skip();
      }
      expect(weaker.size).toBeGreaterThan(50);
      const found = reachRows
        .filter(({ id }) => weaker.has(id))
        .map((row) => {
          // Other layers stop them here, so for other reasons; but each for one that the system gave.
          const stoppedBy = new RegExp(`${row.stoppedBy.source}|: E[A-Z]+$`);
          const finding = judge({ stoppedBy, noControl: row.noControl }, weaker.get(row.id) ?? nothing);
          return { ...finding, id: row.id, what: `level B: ${row.what}`, who: person.name };
        });
      findings.push(...found);
      expect(found.filter(({ state }) => state === "FAILED")).toEqual([]);
    });

    it("24 killed while it starts", { timeout: 120_000 }, async () => {
      const left = await raceHost(world, true, 1);
      const control = { escaped: left.survived === 1, why: "left by a killed parent" };
      const expected: Expected = { stoppedBy: /^0 of / };
      for (const { id, what, wanted, race } of [
        {
          id: "24a",
          what: "its processes killed while it starts",
          wanted: 30,
          race: () => raceKills(world, "halves", 30),
        },
        { id: "24b", what: "ended just after it has started", wanted: 30, race: () => raceKills(world, "asked", 30) },
        { id: "24c", what: "the host killed while it starts", wanted: 4, race: () => raceHost(world, false, 4) },
      ]) {
        const { tries, caught, survived } = await race();
        expect(caught, `${what}: kills that came while something of it was there`).toBe(wanted);
        const sealed = { escaped: survived > 0, why: `${survived} of ${tries} went on, ${caught} were caught at it` };
        settle({ id, what }, judge(expected, { control, sealed }));
      }
    });

    it.each([
      { id: "25a", what: "a folder swapped for a link while the host reads in it", race: raceReader },
      { id: "25b", what: "a folder swapped for a link while the host writes changes there", race: raceCommit },
    ])("$id $what", async ({ id, what, race }) => {
      const { observed: seen, through } = await race(world);
      expect(through, "times that the host got through while it was swapped").toBeGreaterThan(10);
      settle({ id, what }, judge({ stoppedBy: /^0 leaks$/ }, seen));
    });
  });
}

it.each(terminalOrders)("27 orders to a terminal in the output: $what", ({ what, text, signs }) => {
  const verdictOn = (shown: string) => {
    const escaped = signs.some((sign) => shown.includes(sign));
    return { escaped, why: escaped ? "it gives an order" : "it is plain text" };
  };
  const observed = { control: verdictOn(text), sealed: verdictOn(neutralise(text)) };
  const finding = judge({ stoppedBy: /^it is plain text$/ }, observed);
  findings.push({ ...finding, id: "27", what: `orders to a terminal: ${what}`, who: "any" });
  expect(finding.state, finding.why).toBe("stopped");
});
