CREATE INDEX jobs_by_status ON jobs(status);

CREATE INDEX messages_by_conversation ON messages(conversation_id);

CREATE INDEX messages_by_run ON messages(run_id);

CREATE INDEX runs_by_conversation ON runs(conversation_id);

CREATE TABLE conversations (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL
  ) STRICT;

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

CREATE TABLE messages (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    conversation_id TEXT NOT NULL REFERENCES conversations(id) ON DELETE CASCADE,
    role TEXT NOT NULL CHECK (role IN ('user', 'assistant')),
    text TEXT NOT NULL,
    run_id TEXT REFERENCES runs(id) ON DELETE SET NULL,
    created_at TEXT NOT NULL
  ) STRICT;

CREATE VIRTUAL TABLE messages_search USING fts5(
      text, content='messages', content_rowid='seq', tokenize='unicode61 remove_diacritics 2'
    );

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

CREATE VIRTUAL TABLE segments_search USING fts5(
      text, content='segments', content_rowid='id', tokenize='unicode61 remove_diacritics 2'
    );

CREATE TABLE settings (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL CHECK (json_valid(value)),
    updated_at TEXT NOT NULL
  ) STRICT;

CREATE TABLE steps (
    run_id TEXT NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
    seq INTEGER NOT NULL CHECK (seq >= 0),
    step TEXT NOT NULL CHECK (json_valid(step)),
    created_at TEXT NOT NULL,
    PRIMARY KEY (run_id, seq)
  ) STRICT, WITHOUT ROWID;

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

CREATE TABLE verified_files (
    path TEXT PRIMARY KEY,
    bytes INTEGER NOT NULL,
    mtime_ms REAL NOT NULL,
    sha256 TEXT NOT NULL,
    verified_at TEXT NOT NULL
  ) STRICT;

CREATE TRIGGER messages_search_delete AFTER DELETE ON messages BEGIN INSERT INTO messages_search(messages_search, rowid, text) VALUES ('delete', old.seq, old.text); END;

CREATE TRIGGER messages_search_insert AFTER INSERT ON messages BEGIN INSERT INTO messages_search(rowid, text) VALUES (new.seq, new.text); END;

CREATE TRIGGER messages_search_update AFTER UPDATE ON messages BEGIN INSERT INTO messages_search(messages_search, rowid, text) VALUES ('delete', old.seq, old.text); INSERT INTO messages_search(rowid, text) VALUES (new.seq, new.text); END;

CREATE TRIGGER segments_search_delete AFTER DELETE ON segments BEGIN INSERT INTO segments_search(segments_search, rowid, text) VALUES ('delete', old.id, old.text); END;

CREATE TRIGGER segments_search_insert AFTER INSERT ON segments BEGIN INSERT INTO segments_search(rowid, text) VALUES (new.id, new.text); END;

CREATE TRIGGER segments_search_update AFTER UPDATE ON segments BEGIN INSERT INTO segments_search(segments_search, rowid, text) VALUES ('delete', old.id, old.text); INSERT INTO segments_search(rowid, text) VALUES (new.id, new.text); END;

CREATE TRIGGER steps_never_change BEFORE UPDATE ON steps
  BEGIN SELECT RAISE(ABORT, 'a step is never changed'); END;

CREATE TRIGGER steps_never_go_alone BEFORE DELETE ON steps
  WHEN EXISTS (SELECT 1 FROM runs WHERE id = old.run_id)
  BEGIN SELECT RAISE(ABORT, 'a step is never deleted'); END;
