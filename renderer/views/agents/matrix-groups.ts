import type { ToolView } from "../../../src/shared/host-contract.ts";

/** A row of the matrix: one tool, or every tool of a server that has no rule of its own. */
export interface MatrixRow {
  /** What the policy calls it. */
  readonly tool: string;
  /** As it is shown inside its group: a server's tool without the server's name. */
  readonly name: string;
  readonly description: string;
  /** Stands for the whole server. */
  readonly whole: boolean;
}

export interface MatrixGroup {
  readonly key: string;
  /** Indoors' own tools are grouped by what they do, those of servers by their server. */
  readonly effect: ToolView["effect"] | null;
  readonly server: string | null;
  readonly rows: readonly MatrixRow[];
}

/** The rows of the matrix in their groups. `query` leaves out what does not have these words in its name. */
export function matrixGroups(tools: readonly ToolView[], query: string): readonly MatrixGroup[] {
  const wanted = query.trim().toLowerCase();
  const has = (words: string) => words.toLowerCase().includes(wanted);
  const own = (["read", "write", "run"] as const).map((effect) => ({
    ...{ key: effect, effect, server: null },
    rows: tools
      .filter((tool) => tool.server === null && tool.effect === effect && has(tool.name))
      .map(({ name, description }) => ({ tool: name, name, description, whole: false })),
  }));
  const servers = [...new Set(tools.flatMap(({ server }) => server ?? []))].sort().map((server) => {
    const rows = tools
      .filter((tool) => tool.server === server && (has(tool.name) || has(server)))
      .map(({ name, description }) => ({ tool: name, name: nameInServer(name, server), description, whole: false }));
    const whole = { tool: `server:${server}`, name: server, description: "", whole: true };
    return { key: `server:${server}`, effect: null, server, rows: rows.length === 0 ? [] : [whole, ...rows] };
  });
  return [...own, ...servers].filter(({ rows }) => rows.length > 0);
}

/** So many tools, and servers begin closed. */
const manyTools = 30;

/** The groups that are closed until somebody opens them. */
export function closedAtFirst(groups: readonly MatrixGroup[]): readonly string[] {
  const count = groups.reduce((sum, { rows }) => sum + rows.length, 0);
  return count <= manyTools ? [] : groups.filter(({ server }) => server !== null).map(({ key }) => key);
}

function nameInServer(tool: string, server: string): string {
  return tool.startsWith(`${server}__`) ? tool.slice(server.length + 2) : tool;
}
