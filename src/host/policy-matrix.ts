import { realpath } from "node:fs/promises";
import { evaluate } from "../agent/policy/evaluate.ts";
import { touchedGrants } from "../agent/policy/touched-grants.ts";
import { IndoorsError } from "../shared/errors.ts";
import type { PolicyCell } from "../shared/host-contract.ts";
import type { Policy } from "../shared/policy.ts";
import type { Grant, ToolSpec } from "../shared/tool.ts";
import { withRealPaths } from "./policy-file.ts";
import { type PolicyTopics, serverAsTool } from "./policy-topics.ts";

/** More cells than this are not sent at once. */
const mostCells = 20_000;

/**
 * What the policy says of every agent calling every tool, without a folder and on each of these, and of every server as
 * a whole. A tool of a server has one cell: the folders that it reaches are the server's, whatever a question opens.
 * A policy that cannot be used denies everything, and says why.
 * @throws IndoorsError `input.invalid` when that is too much at once
 */
export async function policyMatrix(
  read: () => Promise<Policy>,
  folders: readonly string[],
  here: Pick<PolicyTopics, "agents" | "tools" | "servers" | "level">,
): Promise<PolicyCell[]> {
  const places = [null, ...(await Promise.all(folders.map(placeOf)))];
  const rows = [...here.tools, ...here.servers.map(serverAsTool)];
  const columns = rows.map((tool) => ({ tool, places: tool.server === undefined ? places : [null] }));
  const count = here.agents.length * columns.reduce((sum, row) => sum + row.places.length, 0);
  if (count > mostCells) {
    throw new IndoorsError(
      "input.invalid",
      `The matrix was not made: it would have ${count} cells. Ask for one agent, or for fewer folders.`,
    );
  }
  const cells = here.agents.flatMap((agent) =>
    columns.flatMap(({ tool, places: on }) => on.map((place) => ({ agent, tool, place }))),
  );
  const named = ({ agent, tool, place }: Cell) => ({ agent, tool: tool.name, folder: place?.folder ?? null });
  try {
    const policy = await withRealPaths(await read());
    return cells.map((cell) => ({ ...named(cell), ...rulingOf(policy, cell, here.level) }));
  } catch (error) {
    if (!(error instanceof IndoorsError)) throw error;
    const denied = { verdict: "deny", verdictWhenTainted: "deny", rule: null, reason: error.message } as const;
    return cells.map((cell) => ({ ...named(cell), ...denied }));
  }
}

interface Cell {
  readonly agent: string;
  readonly tool: ToolSpec;
  readonly place: Place | null;
}

interface Place {
  readonly folder: string;
  readonly grant: Grant;
}

function rulingOf(policy: Policy, { agent, tool, place }: Cell, level: PolicyTopics["level"]) {
  const grants = touchedGrants(tool, {}, place === null ? [] : [place.grant]);
  const situation = { agent, tool, grants, level };
  const { verdict, reason, rule } = evaluate(policy, { ...situation, taint: [] });
  const tainted = evaluate(policy, { ...situation, taint: ["untrusted content"] });
  return { verdict, reason, rule, verdictWhenTainted: tainted.verdict };
}

/** A folder as a grant by its real path; one that is not there stays as it is written. */
async function placeOf(folder: string): Promise<Place> {
  const path = await realpath(folder).catch(() => folder);
  return { folder, grant: { name: folder, path, mode: "rw" } };
}
