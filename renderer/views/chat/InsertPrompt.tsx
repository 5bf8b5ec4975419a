import { MessageSquareQuote } from "lucide-react";
import { useState } from "react";
import { useText } from "../../text/text.tsx";
import { IconButton } from "../../ui/IconButton.tsx";
import { InsertPromptDialog } from "./InsertPromptDialog.tsx";
import { useServers } from "./servers.tsx";

/** Offers the texts that servers have ready, where there are servers. */
export function InsertPrompt({ onInsert }: { readonly onInsert: (words: string) => void }) {
  const text = useText();
  const [open, setOpen] = useState(false);
  const servers = useServers().filter(({ enabled }) => enabled);
  if (servers.length === 0) return null;
  return (
    <>
      <IconButton label={text("chat.prompt.insert")} icon={<MessageSquareQuote />} onClick={() => setOpen(true)} />
      {open && (
        <InsertPromptDialog
          servers={servers.map(({ name }) => name)}
          onClose={() => setOpen(false)}
          onInsert={(words) => {
            setOpen(false);
            onInsert(words);
          }}
        />
      )}
    </>
  );
}
