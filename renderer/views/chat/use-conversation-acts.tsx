import { type RefObject, useState } from "react";
import type { ConversationView } from "../../../src/shared/conversation.ts";
import { navigate } from "../../app/route.ts";
import { useSay, useSayError } from "../../app/toasts.tsx";
import { useCallHost } from "../../bridge/use-host.ts";
import { useText } from "../../text/text.tsx";
import type { ConversationListHandle } from "./ConversationList.tsx";
import { RemoveDialog } from "./RemoveDialog.tsx";
import { RenameDialog } from "./RenameDialog.tsx";

/** Renaming and removing conversations, with the dialogs that ask. `current` is the one that is open. */
export function useConversationActs(current: string | null, list: RefObject<ConversationListHandle | null>) {
  const text = useText();
  const say = useSay();
  const sayError = useSayError();
  const callHost = useCallHost();
  const [renaming, setRenaming] = useState<ConversationView | null>(null);
  const [removing, setRemoving] = useState<ConversationView | null>(null);

  const rename = ({ id }: ConversationView, title: string) => {
    setRenaming(null);
    callHost("conversations.rename", { id, title }).catch(sayError);
  };
  const remove = ({ id }: ConversationView) => {
    setRemoving(null);
    callHost("conversations.remove", { id }).then(() => {
      sessionStorage.removeItem(`chat.draft.${id}`);
      say(text("chat.removed"));
      const next = list.current?.focusAfter(id) ?? null;
      if (id === current) navigate({ view: "chat", id: next });
    }, sayError);
  };
  const dialogs = (
    <>
      {renaming !== null && (
        <RenameDialog
          title={renaming.title}
          onCancel={() => setRenaming(null)}
          onRename={(title) => rename(renaming, title)}
        />
      )}
      {removing !== null && (
        <RemoveDialog title={removing.title} onCancel={() => setRemoving(null)} onRemove={() => remove(removing)} />
      )}
    </>
  );
  return { onRename: setRenaming, onRemove: setRemoving, dialogs };
}
