import type { TranscriptHit } from "../shared/tool.ts";
import type { Reader } from "./connection.ts";
import { matchExpressions } from "./match-expression.ts";

export interface MessageHit {
  readonly messageId: string;
  readonly conversationId: string;
  readonly conversationTitle: string;
  readonly role: "user" | "assistant";
  readonly text: string;
  readonly createdAt: string;
}

/**
 * Segments that answer `query`, best first (bm25): those with all its words, then, while there is room, those with any.
 * Of a recording with several transcripts only one is searched, so that a place is found once: the newest complete
 * one, or the newest when none is complete. Any text is a valid query; one without a letter or digit finds nothing.
 */
export function searchSegments(
  reader: Reader,
  {
    query,
    recordingId,
    limit,
  }: { readonly query: string; readonly recordingId?: string | null; readonly limit: number },
): TranscriptHit[] {
  return allThenAny(query, limit, "segmentId", (match, count) =>
    reader.all<TranscriptHit>(
      `SELECT s.id AS segmentId, r.id AS recordingId, r.name AS recordingName, t.id AS transcriptId,
         s.start_ms AS startMs, s.end_ms AS endMs, s.text AS text
       FROM segments_search
       CROSS JOIN segments s ON s.id = segments_search.rowid
       CROSS JOIN transcripts t ON t.id = s.transcript_id
       CROSS JOIN recordings r ON r.id = t.recording_id
       WHERE segments_search MATCH @match
         AND (@recordingId IS NULL OR r.id = @recordingId)
         AND t.id = (SELECT id FROM transcripts WHERE recording_id = r.id
                     ORDER BY status = 'complete' DESC, seq DESC LIMIT 1)
       ORDER BY segments_search.rank LIMIT @count`,
      { match, recordingId: recordingId ?? null, count },
    ),
  );
}

/** Messages that answer `query`, ranked like segments. What a person has taken back (its run was replaced) is left out. */
export function searchMessages(
  reader: Reader,
  {
    query,
    conversationId,
    limit,
  }: { readonly query: string; readonly conversationId?: string | null; readonly limit: number },
): MessageHit[] {
  return allThenAny(query, limit, "messageId", (match, count) =>
    reader.all<MessageHit>(
      `SELECT m.id AS messageId, c.id AS conversationId, c.title AS conversationTitle,
         m.role AS role, m.text AS text, m.created_at AS createdAt
       FROM messages_search
       CROSS JOIN messages m ON m.seq = messages_search.rowid
       CROSS JOIN conversations c ON c.id = m.conversation_id
       LEFT JOIN runs ON runs.id = m.run_id
       WHERE messages_search MATCH @match AND runs.replaced_by IS NULL
         AND (@conversationId IS NULL OR c.id = @conversationId)
       ORDER BY messages_search.rank LIMIT @count`,
      { match, conversationId: conversationId ?? null, count },
    ),
  );
}

function allThenAny<Hit, Key extends keyof Hit>(
  query: string,
  limit: number,
  key: Key,
  find: (match: string, count: number) => Hit[],
): Hit[] {
  const match = matchExpressions(query);
  if (match === undefined || limit < 1) return [];
  const best = find(match.all, limit);
  if (best.length >= limit || match.any === match.all) return best;
  const found = new Set(best.map((hit) => hit[key]));
  const rest = find(match.any, limit + best.length).filter((hit) => !found.has(hit[key]));
  return [...best, ...rest].slice(0, limit);
}
