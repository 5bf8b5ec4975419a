import type { Migration } from "./index.ts";

/**
 * `seq INTEGER PRIMARY KEY` is the order of creation, and, where a search index refers to it, the stable rowid (VACUUM
 * may renumber an implicit one). Everybody else refers to `id`.
 */
export const firstSchema: Migration = {
  version: 1,
  name: "first schema",
  up(database) {
    database.exec(conversations);
    database.exec(recordings);
    database.exec(jobs);
    database.exec(machine);
    database.exec(searchIndex("messages", "seq"));
    database.exec(searchIndex("segments", "id"));
  },
};

const conversations = `
  CREATE TABLE conversations (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL
  ) STRICT;

  CREATE TABLE runs (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    conversation_id TEXT NOT NULL REFERENCES conversations(id) ON DELETE CASCADE,
    status TEXT NOT NULL CHECK (status IN ('running', 'done', 'stopped', 'failed')),
    model TEXT NOT NULL,
    model_sha256 TEXT NOT NULL,
    device TEXT NOT NULL,
    grants TEXT NOT NULL CHECK (json_valid(grants)),
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL
  ) STRICT;
  CREATE INDEX runs_by_conversation ON runs(conversation_id);

  CREATE TABLE steps (
    run_id TEXT NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
    seq INTEGER NOT NULL CHECK (seq >= 0),
    step TEXT NOT NULL CHECK (json_valid(step)),
    created_at TEXT NOT NULL,
    PRIMARY KEY (run_id, seq)
  ) STRICT, WITHOUT ROWID;
  CREATE TRIGGER steps_never_change BEFORE UPDATE ON steps
  BEGIN SELECT RAISE(ABORT, 'a step is never changed'); END;
  -- A step goes only with its whole run: then the run's row is already gone.
  CREATE TRIGGER steps_never_go_alone BEFORE DELETE ON steps
  WHEN EXISTS (SELECT 1 FROM runs WHERE id = old.run_id)
  BEGIN SELECT RAISE(ABORT, 'a step is never deleted'); END;

  CREATE TABLE messages (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    conversation_id TEXT NOT NULL REFERENCES conversations(id) ON DELETE CASCADE,
    role TEXT NOT NULL CHECK (role IN ('user', 'assistant')),
    text TEXT NOT NULL,
    run_id TEXT REFERENCES runs(id) ON DELETE SET NULL,
    created_at TEXT NOT NULL
  ) STRICT;
  CREATE INDEX messages_by_conversation ON messages(conversation_id);
  CREATE INDEX messages_by_run ON messages(run_id);
`;

const recordings = `
  CREATE TABLE recordings (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    path TEXT NOT NULL,
    name TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    duration_ms REAL,
    format TEXT,
    added_at TEXT NOT NULL,
    UNIQUE (path, sha256)
  ) STRICT;

  CREATE TABLE transcripts (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    recording_id TEXT NOT NULL REFERENCES recordings(id) ON DELETE CASCADE,
    origin TEXT NOT NULL CHECK (json_valid(origin)),
    language TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('partial', 'complete')),
    next_window INTEGER NOT NULL CHECK (next_window >= 0),
    done_ms REAL NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    UNIQUE (recording_id, origin)
  ) STRICT;

  CREATE TABLE segments (
    id INTEGER PRIMARY KEY,
    transcript_id TEXT NOT NULL REFERENCES transcripts(id) ON DELETE CASCADE,
    window_index INTEGER NOT NULL CHECK (window_index >= 0),
    ordinal INTEGER NOT NULL CHECK (ordinal >= 0),
    start_ms REAL NOT NULL,
    end_ms REAL NOT NULL,
    text TEXT NOT NULL,
    words TEXT CHECK (json_valid(words)),
    UNIQUE (transcript_id, window_index, ordinal)
  ) STRICT;
`;

const jobs = `
  CREATE TABLE jobs (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('queued', 'running', 'paused', 'failed', 'done', 'cancelled')),
    input TEXT NOT NULL CHECK (json_valid(input)),
    cursor TEXT NOT NULL CHECK (json_valid(cursor)),
    attempts INTEGER NOT NULL DEFAULT 0,
    progress_done REAL NOT NULL,
    progress_total REAL NOT NULL,
    error_code TEXT,
    error_message TEXT,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    CHECK ((error_code IS NULL) = (error_message IS NULL))
  ) STRICT;
  CREATE INDEX jobs_by_status ON jobs(status);
`;

const machine = `
  CREATE TABLE models (
    name TEXT PRIMARY KEY,
    path TEXT NOT NULL,
    role TEXT NOT NULL,
    format TEXT NOT NULL,
    purpose TEXT NOT NULL,
    licence TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    origin TEXT NOT NULL CHECK (origin IN ('default', 'imported')),
    added_at TEXT NOT NULL
  ) STRICT;

  CREATE TABLE verified_files (
    path TEXT PRIMARY KEY,
    bytes INTEGER NOT NULL,
    mtime_ms REAL NOT NULL,
    sha256 TEXT NOT NULL,
    verified_at TEXT NOT NULL
  ) STRICT;

  CREATE TABLE settings (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL CHECK (json_valid(value)),
    updated_at TEXT NOT NULL
  ) STRICT;
`;

/** An FTS5 index of `table.text` that holds no second copy of the text; triggers keep it in step. */
function searchIndex(table: string, rowid: string): string {
  const index = `${table}_search`;
  const add = `INSERT INTO ${index}(rowid, text) VALUES (new.${rowid}, new.text);`;
  const remove = `INSERT INTO ${index}(${index}, rowid, text) VALUES ('delete', old.${rowid}, old.text);`;
  return `
    CREATE VIRTUAL TABLE ${index} USING fts5(
      text, content='${table}', content_rowid='${rowid}', tokenize='unicode61 remove_diacritics 2'
    );
    CREATE TRIGGER ${index}_insert AFTER INSERT ON ${table} BEGIN ${add} END;
    CREATE TRIGGER ${index}_delete AFTER DELETE ON ${table} BEGIN ${remove} END;
    CREATE TRIGGER ${index}_update AFTER UPDATE ON ${table} BEGIN ${remove} ${add} END;
  `;
}
