import type { Migration } from "./index.ts";

/** MCP servers with what people said of their tools, and several agents. */
export const privateSystems: Migration = {
  version: 3,
  name: "private-systems",
  up(database) {
    database.exec(`
      CREATE TABLE agents (
        id TEXT PRIMARY KEY,
        title TEXT NOT NULL,
        purpose TEXT NOT NULL,
        prompt TEXT NOT NULL,
        model TEXT,
        -- A JSON list of ids.
        hand_over_to TEXT NOT NULL,
        created_at TEXT NOT NULL,
        updated_at TEXT NOT NULL
      ) STRICT;
      INSERT INTO agents (id, title, purpose, prompt, model, hand_over_to, created_at, updated_at)
        VALUES ('assistant', 'Assistant', '', '', NULL, '[]',
          strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), strftime('%Y-%m-%dT%H:%M:%fZ', 'now'));

      ALTER TABLE runs ADD COLUMN agent TEXT NOT NULL DEFAULT 'assistant';
      -- What had been read before the question was handed over, in words: a JSON list. A person's question has none.
      ALTER TABLE runs ADD COLUMN taint TEXT NOT NULL DEFAULT '[]';
      ALTER TABLE runs ADD COLUMN handed_over_by TEXT REFERENCES runs(id) ON DELETE SET NULL;
      CREATE INDEX runs_by_hand_over ON runs(handed_over_by) WHERE handed_over_by IS NOT NULL;

      CREATE TABLE mcp_servers (
        name TEXT PRIMARY KEY,
        kind TEXT NOT NULL CHECK (kind IN ('bundle', 'perimeter', 'connector')),
        title TEXT NOT NULL,
        version TEXT NOT NULL,
        description TEXT NOT NULL,
        enabled INTEGER NOT NULL CHECK (enabled IN (0, 1)),
        -- Where it is, in words for people.
        place TEXT NOT NULL,
        -- Of a bundle: its facts and its manifest, as JSON; where it lies is <data>/servers/<name>.
        bundle TEXT,
        settings TEXT NOT NULL,
        grants TEXT NOT NULL,
        -- A JSON list of the URIs that it last listed.
        resources TEXT NOT NULL,
        added_at TEXT NOT NULL
      ) STRICT;

      -- A tool as its server describes it now, and as it was when a person last said something of it.
      CREATE TABLE mcp_tools (
        server TEXT NOT NULL REFERENCES mcp_servers(name) ON DELETE CASCADE,
        name TEXT NOT NULL,
        described TEXT NOT NULL,
        fingerprint TEXT NOT NULL,
        -- False once the server does not list it any more.
        listed INTEGER NOT NULL CHECK (listed IN (0, 1)),
        effect TEXT NOT NULL CHECK (effect IN ('read', 'run')),
        reviewed TEXT,
        reviewed_fingerprint TEXT,
        decision TEXT CHECK (decision IN ('approve', 'refuse')),
        reviewed_by TEXT,
        reviewed_at TEXT,
        PRIMARY KEY (server, name)
      ) STRICT;
    `);
  },
};
