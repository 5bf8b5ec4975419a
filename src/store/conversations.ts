import { IndoorsError } from "../shared/errors.ts";
import type { Reader, Writer } from "./connection.ts";
import { newRow } from "./new-row.ts";

export interface Conversation {
  readonly id: string;
  readonly title: string;
  readonly createdAt: string;
  readonly updatedAt: string;
}

export interface Message {
  readonly id: string;
  readonly conversationId: string;
  readonly role: "user" | "assistant";
  readonly text: string;
  /** The run that this message began or that wrote it. */
  readonly runId: string | null;
  readonly createdAt: string;
}

const conversationColumns = "id, title, created_at AS createdAt, updated_at AS updatedAt";
const messageColumns = "id, conversation_id AS conversationId, role, text, run_id AS runId, created_at AS createdAt";

export function createConversation(writer: Writer, { title }: { readonly title: string }): Conversation {
  const { id, at } = newRow();
  writer.run("INSERT INTO conversations (id, title, created_at, updated_at) VALUES (@id, @title, @at, @at)", {
    id,
    title,
    at,
  });
  return { id, title, createdAt: at, updatedAt: at };
}

/** @throws IndoorsError `not-found` */
export function getConversation(reader: Reader, id: string): Conversation {
  const found = reader.get<Conversation>(`SELECT ${conversationColumns} FROM conversations WHERE id = @id`, { id });
  if (found === undefined) throw new IndoorsError("not-found", `There is no conversation with the id ${id}.`);
  return found;
}

/** Conversations, the one with the newest message first; at most `limit` when given. */
export function listConversations(reader: Reader, limit?: number): Conversation[] {
  // A negative limit is none.
  return reader.all(
    `SELECT ${conversationColumns} FROM conversations ORDER BY updated_at DESC, seq DESC LIMIT @limit`,
    { limit: limit ?? -1 },
  );
}

/** @throws IndoorsError `not-found` */
export function renameConversation(writer: Writer, id: string, title: string): void {
  const changed = writer.run("UPDATE conversations SET title = @title WHERE id = @id", { id, title });
  if (changed === 0) throw new IndoorsError("not-found", `There is no conversation with the id ${id}.`);
}

/** Deletes a conversation with its messages, runs and steps. False when there was none. */
export function deleteConversation(writer: Writer, id: string): boolean {
  return writer.run("DELETE FROM conversations WHERE id = @id", { id }) > 0;
}

/** @throws IndoorsError `not-found` when there is no such conversation. */
export function addMessage(
  writer: Writer,
  message: Pick<Message, "conversationId" | "role" | "text"> & { readonly runId?: string | null },
): Message {
  return writer.transaction(() => {
    const { conversationId, role, text, runId = null } = message;
    getConversation(writer, conversationId);
    const { id, at } = newRow();
    writer.run(
      `INSERT INTO messages (id, conversation_id, role, text, run_id, created_at)
       VALUES (@id, @conversationId, @role, @text, @runId, @at)`,
      { id, conversationId, role, text, runId, at },
    );
    writer.run("UPDATE conversations SET updated_at = @at WHERE id = @conversationId", { conversationId, at });
    return { id, conversationId, role, text, runId, createdAt: at };
  });
}

/** The messages of a conversation, oldest first. */
export function listMessages(reader: Reader, conversationId: string): Message[] {
  return reader.all(`SELECT ${messageColumns} FROM messages WHERE conversation_id = @conversationId ORDER BY seq`, {
    conversationId,
  });
}

/** The message that a run answers; it is there before the run has a step. Empty for a run that answers none. */
export function questionOfRun(reader: Reader, runId: string): string {
  const found = reader.get<{ readonly text: string }>(
    "SELECT text FROM messages WHERE run_id = @runId AND role = 'user' ORDER BY seq LIMIT 1",
    { runId },
  );
  return found?.text ?? "";
}
