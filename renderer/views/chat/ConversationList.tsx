import {
  type KeyboardEvent,
  type Ref,
  useDeferredValue,
  useEffect,
  useImperativeHandle,
  useMemo,
  useRef,
  useState,
} from "react";
import type { ConversationView } from "../../../src/shared/conversation.ts";
import { hrefOf } from "../../app/route.ts";
import { useHost, useHostEvent } from "../../bridge/use-host.ts";
import { useText } from "../../text/text.tsx";
import { ErrorState } from "../../ui/ErrorState.tsx";
import { Menu } from "../../ui/Menu.tsx";
import { Skeleton } from "../../ui/Skeleton.tsx";
import { SearchField } from "../../ui/TextField.tsx";
import { VirtualList, type VirtualListHandle } from "../../ui/VirtualList.tsx";
import { useVisit } from "../kiosk/visit.ts";
import styles from "./ConversationList.module.css";
import { markedWords } from "./marked-words.ts";

export interface ConversationListHandle {
  focusSearch(): void;
  /** Puts the focus on what stands now where this conversation stood. */
  focusAfter(id: string): string | null;
}

/** All conversations, the newest first, or those in which words were said. */
export function ConversationList({
  handle,
  current,
  onChosen,
  onRename,
  onRemove,
}: {
  readonly handle: Ref<ConversationListHandle>;
  readonly current: string | null;
  readonly onChosen: () => void;
  readonly onRename: (conversation: ConversationView) => void;
  readonly onRemove: (conversation: ConversationView) => void;
}) {
  const text = useText();
  const [query, setQuery] = useState("");
  const asked = useSettled(query.trim());
  const { data, error, loading, reload } = useHost("conversations.list", {
    query: asked === "" ? null : asked,
    limit: 10_000,
  });
  useHostEvent("list.changed", ({ what }) => {
    if (what === "conversations") reload();
  });
  const list = useRef<VirtualListHandle>(null);
  const root = useRef<HTMLDivElement>(null);
  // At a kiosk, of this person only.
  const since = useVisit()?.since ?? "";
  const own = useMemo(() => (data?.conversations ?? []).filter(({ createdAt }) => createdAt >= since), [data, since]);
  const conversations = useDeferredValue(own);
  const [active, setActive] = useState(0);
  const at = Math.min(active, Math.max(0, conversations.length - 1));

  const focusRow = (index: number) => {
    setActive(index);
    const row = () => root.current?.querySelector<HTMLElement>(`[data-at="${index}"]`);
    if (row() === null) list.current?.reveal(index);
    requestAnimationFrame(() => row()?.focus());
  };
  useImperativeHandle(handle, () => ({
    focusSearch: () => root.current?.querySelector("input")?.focus(),
    focusAfter(id) {
      const index = conversations.findIndex((one) => one.id === id);
      const next = conversations[index + 1] ?? conversations[index - 1];
      // It takes the place of what goes, once that is gone.
      const place = conversations[index + 1] === undefined ? index - 1 : index;
      if (next === undefined) root.current?.querySelector("input")?.focus();
      else setTimeout(() => focusRow(place), 150);
      return next?.id ?? null;
    },
  }));

  const onKeyDown = (event: KeyboardEvent, index: number) => {
    const conversation = conversations[index];
    if (conversation === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    const target = { ArrowDown: index + 1, ArrowUp: index - 1, Home: 0, End: conversations.length - 1 }[event.key];
    if (target !== undefined) {
      event.preventDefault();
      if (target === -1) root.current?.querySelector("input")?.focus();
      else if (target < conversations.length) focusRow(target);
    } else if (event.key === "F2") onRename(conversation);
    else if (event.key === "Delete") onRemove(conversation);
  };

  return (
    <div className={styles["list"]} ref={root}>
      <div className={styles["search"]}>
        <SearchField
          label={text("chat.list.search")}
          value={query}
          onChange={(next) => {
            setQuery(next);
            setActive(0);
          }}
          onKeyUp={(event) => {
            if (event.key === "ArrowDown" && conversations.length > 0) focusRow(0);
          }}
        />
      </div>
      <p className="visually-hidden" role="status">
        {asked === "" || loading ? "" : text("chat.list.count", { count: conversations.length })}
      </p>
      {error !== undefined && data === undefined ? (
        <ErrorState error={error} onRetry={reload} />
      ) : data === undefined ? (
        <Skeleton rows={6} waitsFor={text("chat.loadingList")} />
      ) : conversations.length === 0 ? (
        <p className={styles["empty"]}>{text(asked === "" ? "chat.list.empty" : "chat.list.none")}</p>
      ) : (
        <nav className={styles["rows"]} aria-label={text("chat.list")}>
          <VirtualList
            label={text("chat.list")}
            items={conversations}
            keyOf={({ id }) => id}
            estimate={56}
            handle={list}
            row={(conversation, index) => {
              const { id, title, updatedAt, hit } = conversation;
              return (
                // The keys are those of the link in it.
                // oxlint-disable-next-line jsx-a11y/no-static-element-interactions
                <div
                  className={styles["row"]}
                  data-current={id === current || undefined}
                  onKeyDown={(event) => onKeyDown(event, index)}
                >
                  <a
                    className={styles["link"]}
                    data-at={index}
                    href={hrefOf({ view: "chat", id })}
                    aria-current={id === current ? "true" : undefined}
                    tabIndex={index === at ? 0 : -1}
                    draggable={false}
                    onFocus={() => setActive(index)}
                    onClick={onChosen}
                  >
                    <span className={styles["title"]}>{title}</span>
                    {hit === null ? (
                      <span className={styles["date"]}>{text.date(updatedAt)}</span>
                    ) : (
                      <span className={styles["hit"]}>
                        {text(hit.role === "user" ? "chat.list.hitYou" : "chat.list.hitAnswer")}{" "}
                        {markedWords(hit.text, asked).map((piece, place) =>
                          // oxlint-disable-next-line react/no-array-index-key -- pieces of one text have no names
                          piece.hit ? <mark key={place}>{piece.text}</mark> : piece.text,
                        )}
                      </span>
                    )}
                  </a>
                  <span className={styles["menu"]}>
                    <Menu
                      label={text("chat.list.more", { title })}
                      tabIndex={index === at ? 0 : -1}
                      items={[
                        { label: text("chat.rename"), onSelect: () => onRename(conversation) },
                        { label: text("chat.remove"), danger: true, onSelect: () => onRemove(conversation) },
                      ]}
                    />
                  </span>
                </div>
              );
            }}
          />
        </nav>
      )}
    </div>
  );
}

/** What was typed, once typing pauses. */
function useSettled(value: string, ms = 150): string {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), ms);
    return () => clearTimeout(timer);
  }, [value, ms]);
  return settled;
}
