import { MessageSquarePlus, PanelLeft } from "lucide-react";
import { useMemo, useRef, useState } from "react";
import { useCommands } from "../../app/commands.tsx";
import { navigate, useRoute } from "../../app/route.ts";
import { useShell } from "../../app/use-shell.tsx";
import { useText } from "../../text/text.tsx";
import { Button } from "../../ui/Button.tsx";
import { ConfirmExport } from "../../ui/ConfirmExport.tsx";
import { IconButton } from "../../ui/IconButton.tsx";
import { Menu } from "../../ui/Menu.tsx";
import { Page } from "../../ui/Page.tsx";
import styles from "./Chat.module.css";
import { Conversation, type ConversationHandle } from "./Conversation.tsx";
import { ConversationList, type ConversationListHandle } from "./ConversationList.tsx";
import { ServersProvider } from "./servers.tsx";
import { useConversation } from "./use-conversation.ts";
import { useConversationActs } from "./use-conversation-acts.tsx";
import { useExport } from "./use-export.ts";

/** The conversations with the assistant: which there are, and the one that is open. */
export function Chat() {
  const text = useText();
  const { id, at } = useRoute();
  const found = useConversation(id);
  const list = useRef<ConversationListHandle>(null);
  const open = useRef<ConversationHandle>(null);
  const [showsList, setShowsList] = useState(false);
  const acts = useConversationActs(id, list);
  const exporting = useExport(id);
  const conversation = found.data?.conversation;
  // What one stranger asked at a kiosk is not for the next one to read.
  const hasList = useShell().kiosk === null;

  const begin = () => {
    navigate({ view: "chat" });
    setShowsList(false);
    open.current?.write();
  };
  const commands = useMemo(() => {
    const group = text("chat.commands");
    const write = () => {
      setShowsList(false);
      open.current?.write();
    };
    return [
      {
        ...{ id: "chat-new", label: text("chat.new"), group, shortcut: "Alt+N" },
        run: () => {
          navigate({ view: "chat" });
          write();
        },
      },
      {
        ...{ id: "chat-search", label: text("chat.command.search"), group, shortcut: "Alt+S" },
        run: () => {
          setShowsList(true);
          // In a narrow window the list is there only after this.
          setTimeout(() => list.current?.focusSearch());
        },
      },
      { ...{ id: "chat-write", label: text("chat.command.write"), group, shortcut: "Alt+W" }, run: write },
      {
        ...{ id: "chat-stop", label: text("chat.command.stop"), group, shortcut: "Ctrl+." },
        run: () => open.current?.stop(),
      },
    ];
  }, [text]);
  useCommands(commands);

  return (
    <Page
      fixed
      title={conversation?.title ?? text(id === null ? "chat.title.new" : "rail.chat")}
      actions={
        <>
          {hasList && (
            <span className={styles["narrowOnly"]}>
              <IconButton
                label={text(showsList ? "chat.list.hide" : "chat.list.show")}
                icon={<PanelLeft />}
                pressed={showsList}
                onClick={() => setShowsList(!showsList)}
              />
            </span>
          )}
          {id !== null && (
            <>
              <span className={styles["narrowOnly"]}>
                <IconButton label={text("chat.new")} icon={<MessageSquarePlus />} onClick={begin} />
              </span>
              <span className={styles["wideOnly"]}>
                <Button icon={<MessageSquarePlus />} onClick={begin}>
                  {text("chat.new")}
                </Button>
              </span>
            </>
          )}
          {conversation !== undefined && (
            <Menu
              label={text("chat.actions")}
              items={[
                { label: text("chat.rename"), onSelect: () => acts.onRename(conversation) },
                ...(exporting.offered
                  ? [
                      { label: text("chat.export.markdown"), onSelect: () => exporting.begin("markdown") },
                      { label: text("chat.export.pdf"), onSelect: () => exporting.begin("pdf") },
                    ]
                  : []),
                { label: text("chat.remove"), danger: true, onSelect: () => acts.onRemove(conversation) },
              ]}
            />
          )}
        </>
      }
    >
      <div className={styles["panes"]} data-list={showsList || undefined}>
        {hasList && (
          <div className={styles["list"]} data-screen-only>
            <ConversationList
              handle={list}
              current={id}
              onChosen={() => setShowsList(false)}
              onRename={acts.onRename}
              onRemove={acts.onRemove}
            />
          </div>
        )}
        <div className={styles["open"]}>
          <ServersProvider>
            <Conversation handle={open} id={id} found={found} reveal={at["run"] ?? null} print={exporting.printing} />
          </ServersProvider>
        </div>
      </div>
      {acts.dialogs}
      <ConfirmExport
        open={exporting.asking !== null}
        what={text("chat.export.what")}
        onCancel={exporting.cancel}
        onConfirm={exporting.confirm}
      />
    </Page>
  );
}
