import type { RawDatabase } from "../connection.ts";

/** "INAU" in ASCII, in the file's header. */
export const auditApplicationId = 0x49_4e_41_55;

/** The triggers that keep the log append-only. They stop mistakes; what stops people is the chain and the anchors. */
export const auditTriggers = [
  "origin_no_update",
  "origin_no_delete",
  "log_no_update",
  "log_no_delete",
  "log_next_row",
  "salts_no_replace",
  "salts_no_update",
] as const;

/** One step of the schema. A released one is never changed: the next change is one more. */
export const auditMigrations: readonly ((database: RawDatabase) => void)[] = [
  (database) =>
    database.exec(`
      CREATE TABLE origin (
        only INTEGER PRIMARY KEY CHECK (only = 1),
        format INTEGER NOT NULL,
        log_id TEXT NOT NULL,
        created TEXT NOT NULL
      ) STRICT;

      CREATE TABLE log (
        seq INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        time TEXT NOT NULL,
        mono INTEGER NOT NULL,
        boot TEXT NOT NULL,
        session TEXT NOT NULL,
        actor_kind TEXT NOT NULL,
        actor_name TEXT NOT NULL,
        action TEXT NOT NULL,
        phase TEXT NOT NULL CHECK (phase IN ('intent', 'outcome', 'event')),
        ref TEXT,
        run_id TEXT,
        subject TEXT NOT NULL,
        facts TEXT NOT NULL,
        content TEXT NOT NULL,
        salt_digest TEXT,
        digest TEXT NOT NULL,
        mac TEXT NOT NULL,
        CHECK ((phase = 'outcome') = (ref IS NOT NULL))
      ) STRICT;
      CREATE UNIQUE INDEX log_one_outcome ON log (ref) WHERE phase = 'outcome';

      -- A salt may be forgotten: then nobody can tell any more what its row's hashes were of.
      CREATE TABLE salts (seq INTEGER PRIMARY KEY, salt BLOB NOT NULL) STRICT;

      CREATE TRIGGER origin_no_update BEFORE UPDATE ON origin BEGIN SELECT raise(ABORT, 'the audit log only grows'); END;
      CREATE TRIGGER origin_no_delete BEFORE DELETE ON origin BEGIN SELECT raise(ABORT, 'the audit log only grows'); END;
      CREATE TRIGGER log_no_update BEFORE UPDATE ON log BEGIN SELECT raise(ABORT, 'the audit log only grows'); END;
      CREATE TRIGGER log_no_delete BEFORE DELETE ON log BEGIN SELECT raise(ABORT, 'the audit log only grows'); END;
      -- REPLACE deletes without the trigger above; this one is asked before it.
      CREATE TRIGGER log_next_row BEFORE INSERT ON log
      WHEN NEW.seq <> (SELECT coalesce(max(seq), 0) + 1 FROM log) OR EXISTS (SELECT 1 FROM log WHERE id = NEW.id)
      BEGIN SELECT raise(ABORT, 'the audit log only grows'); END;
      CREATE TRIGGER salts_no_replace BEFORE INSERT ON salts WHEN EXISTS (SELECT 1 FROM salts WHERE seq = NEW.seq)
      BEGIN SELECT raise(ABORT, 'a salt is never changed'); END;
      CREATE TRIGGER salts_no_update BEFORE UPDATE ON salts BEGIN SELECT raise(ABORT, 'a salt is never changed'); END;
    `),
];
