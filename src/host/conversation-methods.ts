import type { Implementation } from "../shared/contract.ts";
import type { hostContract } from "../shared/host-contract.ts";
import { deleteConversation, getConversation, listConversations, renameConversation } from "../store/conversations.ts";
import type { Store } from "../store/open-store.ts";
import { listRuns } from "../store/runs.ts";
import { searchMessages } from "../store/search.ts";
import type { AgentRuns } from "./agent-runs.ts";
import { person } from "./audit.ts";
import type { AuditLog } from "./audit-log.ts";
import { exportConversation } from "./export-conversation.ts";
import { fileNameOf } from "./file-name-of.ts";
import { runView } from "./run-view.ts";

type ConversationMethod = Extract<keyof typeof hostContract.methods, `conversations.${string}` | `runs.${string}`>;

export interface ConversationMethodsOptions {
  readonly store: Store;
  readonly runs: AgentRuns;
  readonly audit: AuditLog;
  readonly contextTokens: number;
  /** Conversations came, went or were renamed. */
  readonly onChanged: () => void;
}

/** How many messages a search looks through for the conversations they are in. */
const mostHits = 1000;

/** The part of the host's contract that is about conversations and their runs. */
export function conversationMethods(
  options: ConversationMethodsOptions,
): Pick<Implementation<typeof hostContract>, ConversationMethod> {
  const { store, runs, audit, contextTokens, onChanged } = options;
  const get = (id: string) => ({
    conversation: getConversation(store.reader, id),
    runs: listRuns(store.reader, id).map((run) => runView(store.reader, run, contextTokens)),
  });
  return {
    "conversations.list": ({ query, limit }) => ({
      conversations:
        query === null || query.trim() === ""
          ? listConversations(store.reader, limit).map((conversation) => ({ ...conversation, hit: null }))
          : foundIn(store, query, limit),
    }),
    "conversations.get": ({ id }) => get(id),
    "conversations.rename": ({ id, title }) => {
      renameConversation(store.writer, id, title);
      onChanged();
      return {};
    },
    "conversations.remove": async ({ id }) => {
      getConversation(store.reader, id);
      await runs.cancelAllOf(id);
      deleteConversation(store.writer, id);
      onChanged();
      return {};
    },
    "conversations.export": async ({ id, format }) => {
      const { conversation, runs: views } = get(id);
      const text = exportConversation(conversation, views);
      const what = { subject: id, facts: { kind: "conversation", format }, content: {} };
      await audit.event({ action: "export", actor: person(), runId: null, ...what });
      return { name: fileNameOf(conversation.title, format === "pdf" ? ".pdf" : ".md"), text };
    },
    "runs.start": (request) => runs.start(request),
    "runs.cancel": async ({ id }) => {
      await runs.cancel(id);
      return {};
    },
    "runs.retry": ({ id }) => runs.retry(id),
    "runs.get": ({ id }) => runs.get(id),
  };
}

/** The conversations in which the words were said, the best answer first, each with its best message. */
function foundIn({ reader }: Store, query: string, limit: number) {
  const best = new Map<string, { readonly text: string; readonly role: "user" | "assistant" }>();
  for (const { conversationId, text, role } of searchMessages(reader, { query, limit: mostHits })) {
    if (!best.has(conversationId)) best.set(conversationId, { text, role });
  }
  return [...best].slice(0, limit).map(([id, hit]) => ({ ...getConversation(reader, id), hit }));
}
