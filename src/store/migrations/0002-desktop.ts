import type { Migration } from "./index.ts";

/** What the desktop needs: a question asked again, sound that was recorded here, and a queue that can be reordered. */
export const desktop: Migration = {
  version: 2,
  name: "desktop",
  up(database) {
    database.exec(`
      ALTER TABLE runs ADD COLUMN replaced_by TEXT REFERENCES runs(id) ON DELETE SET NULL;
      CREATE INDEX runs_by_replacement ON runs(replaced_by) WHERE replaced_by IS NOT NULL;
      -- What the model could hold in view; known when it is loaded.
      ALTER TABLE runs ADD COLUMN context_tokens INTEGER;

      ALTER TABLE recordings ADD COLUMN source TEXT NOT NULL DEFAULT 'file' CHECK (source IN ('file', 'microphone'));

      -- Where a job stands in the queue, the smallest first; a new one is given the place after all others.
      ALTER TABLE jobs ADD COLUMN position REAL NOT NULL DEFAULT 0;
      UPDATE jobs SET position = seq;
    `);
  },
};
