import { IndoorsError } from "../shared/errors.ts";
import type { DescribedTool, ServerKind, ServerToolEffect, SettingValues } from "../shared/mcp.ts";
import type { Grant } from "../shared/tool.ts";
import type { Reader, Writer } from "./connection.ts";
import { fromJson, toJson } from "./json-column.ts";
import { now } from "./new-row.ts";

/** An MCP server that agents may be given tools of. */
export interface McpServer {
  readonly name: string;
  readonly kind: ServerKind;
  readonly title: string;
  readonly version: string;
  readonly description: string;
  readonly enabled: boolean;
  /** Where it is, in words for people. */
  readonly place: string;
  /** Of a bundle: its facts and its manifest; whoever put it there knows its shape. Null for the other kinds. */
  readonly bundle: unknown;
  readonly settings: SettingValues;
  /** Folders that people gave it, beside those that its settings name. */
  readonly grants: readonly Grant[];
  /** URIs that it last listed. */
  readonly resources: readonly string[];
  readonly addedAt: string;
}

/** A tool as its server describes it now, and what a person last said of it. */
export interface McpTool {
  readonly name: string;
  readonly described: DescribedTool;
  readonly fingerprint: string;
  /** False once the server does not list it any more. */
  readonly listed: boolean;
  readonly effect: ServerToolEffect;
  readonly review: McpToolReview | null;
}

export interface McpToolReview {
  readonly decision: "approve" | "refuse";
  /** What was reviewed. */
  readonly described: DescribedTool;
  readonly fingerprint: string;
  readonly by: string;
  readonly at: string;
}

interface ServerRow {
  readonly name: string;
  readonly kind: ServerKind;
  readonly title: string;
  readonly version: string;
  readonly description: string;
  readonly enabled: 0 | 1;
  readonly place: string;
  readonly bundle: string | null;
  readonly settings: string;
  readonly grants: string;
  readonly resources: string;
  readonly addedAt: string;
}

const serverColumns = `name, kind, title, version, description, enabled, place, bundle, settings, grants, resources,
  added_at AS addedAt`;

/** Adds a server, switched on, without tools. @throws IndoorsError `input.invalid` when the name is taken */
export function addMcpServer(writer: Writer, server: Omit<McpServer, "enabled" | "resources" | "addedAt">): McpServer {
  return writer.transaction(() => {
    if (findMcpServer(writer, server.name) !== undefined) {
      throw new IndoorsError("input.invalid", `There is a server ${server.name} already. Choose another name.`);
    }
    const { name, kind, title, version, description, place, bundle, settings, grants } = server;
    writer.run(
      `INSERT INTO mcp_servers
         (name, kind, title, version, description, enabled, place, bundle, settings, grants, resources, added_at)
       VALUES (@name, @kind, @title, @version, @description, 1, @place, @bundle, @settings, @grants, '[]', @at)`,
      {
        ...{ name, kind, title, version, description, place },
        ...{ bundle: bundle === null ? null : toJson(bundle), settings: toJson(settings), grants: toJson(grants) },
        at: now(),
      },
    );
    return getMcpServer(writer, name);
  });
}

/** @throws IndoorsError `not-found` */
export function getMcpServer(reader: Reader, name: string): McpServer {
  const found = findMcpServer(reader, name);
  if (found === undefined) throw new IndoorsError("not-found", `There is no server '${name}'.`);
  return found;
}

/** By name. */
export function listMcpServers(reader: Reader): McpServer[] {
  return reader.all<ServerRow>(`SELECT ${serverColumns} FROM mcp_servers ORDER BY name`).map(serverOf);
}

/** Changes what is given. @throws IndoorsError `not-found` */
export function changeMcpServer(
  writer: Writer,
  name: string,
  changes: Partial<Pick<McpServer, "title" | "version" | "enabled" | "place" | "settings" | "grants" | "resources">>,
): McpServer {
  return writer.transaction(() => {
    const { title, version, enabled, place, settings, grants, resources } = {
      ...getMcpServer(writer, name),
      ...changes,
    };
    writer.run(
      `UPDATE mcp_servers SET title = @title, version = @version, enabled = @enabled, place = @place,
         settings = @settings, grants = @grants, resources = @resources WHERE name = @name`,
      {
        ...{ name, title, version, place, enabled: enabled ? 1 : 0 },
        ...{ settings: toJson(settings), grants: toJson(grants), resources: toJson(resources) },
      },
    );
    return getMcpServer(writer, name);
  });
}

/** Takes a server away, with its tools and what was said of them. @throws IndoorsError `not-found` */
export function removeMcpServer(writer: Writer, name: string): void {
  getMcpServer(writer, name);
  writer.run("DELETE FROM mcp_servers WHERE name = @name", { name });
}

interface ToolRow {
  readonly name: string;
  readonly described: string;
  readonly fingerprint: string;
  readonly listed: 0 | 1;
  readonly effect: ServerToolEffect;
  readonly reviewed: string | null;
  readonly reviewedFingerprint: string | null;
  readonly decision: "approve" | "refuse" | null;
  readonly reviewedBy: string | null;
  readonly reviewedAt: string | null;
}

/** The tools of a server, by name. */
export function listMcpTools(reader: Reader, server: string): McpTool[] {
  return reader
    .all<ToolRow>(
      `SELECT name, described, fingerprint, listed, effect, reviewed, reviewed_fingerprint AS reviewedFingerprint,
         decision, reviewed_by AS reviewedBy, reviewed_at AS reviewedAt
       FROM mcp_tools WHERE server = @server ORDER BY name`,
      { server },
    )
    .map(toolOf);
}

/**
 * Notes what a server lists now. What it lists no more stays, as not listed. What was said of a tool stays, too: it was
 * said of the description that it was about.
 */
export function noteMcpTools(
  writer: Writer,
  server: string,
  tools: readonly { readonly described: DescribedTool; readonly fingerprint: string }[],
): void {
  writer.transaction(() => {
    writer.run("UPDATE mcp_tools SET listed = 0 WHERE server = @server", { server });
    for (const { described, fingerprint } of tools) {
      writer.run(
        `INSERT INTO mcp_tools (server, name, described, fingerprint, listed, effect)
         VALUES (@server, @name, @described, @fingerprint, 1, 'run')
         ON CONFLICT (server, name) DO UPDATE
           SET described = excluded.described, fingerprint = excluded.fingerprint, listed = 1`,
        { server, name: described.name, described: toJson(described), fingerprint },
      );
    }
  });
}

/** Writes down what a person said of a tool as it is described now. @throws IndoorsError `not-found` */
export function reviewMcpTool(
  writer: Writer,
  server: string,
  review: {
    readonly tool: string;
    readonly decision: "approve" | "refuse";
    readonly effect: ServerToolEffect;
    readonly by: string;
  },
): void {
  const { tool, decision, effect, by } = review;
  const changed = writer.run(
    `UPDATE mcp_tools SET reviewed = described, reviewed_fingerprint = fingerprint, decision = @decision,
       effect = @effect, reviewed_by = @by, reviewed_at = @at WHERE server = @server AND name = @tool`,
    { server, tool, decision, effect, by, at: now() },
  );
  if (changed === 0) throw new IndoorsError("not-found", `The server ${server} has no tool '${tool}'.`);
}

function findMcpServer(reader: Reader, name: string): McpServer | undefined {
  const row = reader.get<ServerRow>(`SELECT ${serverColumns} FROM mcp_servers WHERE name = @name`, { name });
  return row === undefined ? undefined : serverOf(row);
}

function serverOf({ enabled, bundle, settings, grants, resources, ...row }: ServerRow): McpServer {
  return {
    ...row,
    enabled: enabled === 1,
    bundle: bundle === null ? null : fromJson(bundle),
    ...{ settings: fromJson(settings), grants: fromJson(grants), resources: fromJson(resources) },
  };
}

function toolOf(row: ToolRow): McpTool {
  const { name, fingerprint, effect, decision, reviewed, reviewedFingerprint, reviewedBy, reviewedAt } = row;
  const review =
    decision === null || reviewed === null
      ? null
      : {
          ...{ decision, described: fromJson<DescribedTool>(reviewed), fingerprint: reviewedFingerprint ?? "" },
          ...{ by: reviewedBy ?? "", at: reviewedAt ?? "" },
        };
  return { name, fingerprint, effect, described: fromJson(row.described), listed: row.listed === 1, review };
}
