import { Mic, Plus } from "lucide-react";
import { useEffect, useMemo, useRef, useState } from "react";
import { navigate, useRoute } from "../../../app/route.ts";
import { useCommands } from "../../../app/commands.tsx";
import { useSayError } from "../../../app/toasts.tsx";
import { useShell } from "../../../app/use-shell.tsx";
import { useText } from "../../../text/text.tsx";
import { Button } from "../../../ui/Button.tsx";
import { EmptyState } from "../../../ui/EmptyState.tsx";
import { ErrorState } from "../../../ui/ErrorState.tsx";
import { Page } from "../../../ui/Page.tsx";
import { Skeleton } from "../../../ui/Skeleton.tsx";
import { SearchField } from "../../../ui/TextField.tsx";
import { AddPane } from "../adding/AddPane.tsx";
import { useAdding, useChoice } from "../adding/use-adding.ts";
import { QueuePane } from "../queue/QueuePane.tsx";
import { queueOf } from "../queue/queue-order.ts";
import { LeftCaptures } from "../recorder/LeftCaptures.tsx";
import { useVisit } from "../../kiosk/visit.ts";
import { NotTranscribed } from "../recorder/NotTranscribed.tsx";
import { useJobs, useRecordings } from "../use-library.ts";
import { ofVisit } from "./of-visit.ts";
import { LibraryList } from "./LibraryList.tsx";
import { SearchResults } from "./SearchResults.tsx";
import styles from "./Library.module.css";

/** Every recording there is: find one, add some, record one; beside it what is being transcribed. */
export function Library() {
  const text = useText();
  const { at } = useRoute();
  // A visitor of a kiosk brings no files: there is the microphone.
  const mayAdd = useShell().kiosk === null;
  const recordings = useRecordings();
  const jobs = useJobs();
  const search = useRef<HTMLInputElement>(null);
  const [query, setQuery] = useState(at["q"] ?? "");
  const part = at["part"];
  const opened = at["add"];
  useAddOpened(opened);
  const place = (next: string | undefined, words: string) =>
    navigate({
      view: "recordings",
      at: { ...(next === undefined ? {} : { part: next }), ...(words === "" ? {} : { q: words }) },
    });
  const commands = useMemo(
    () => [
      {
        ...{ id: "recordings-search", label: text("recordings.search"), group: text("rail.recordings") },
        ...{ shortcut: "Ctrl+F", run: () => search.current?.select() },
      },
      ...(mayAdd ? [addCommand(text("recordings.add"), text("rail.recordings"))] : []),
      {
        ...{ id: "recordings-record", label: text("recordings.record"), group: text("rail.recordings") },
        ...{ shortcut: "Ctrl+Shift+R", run: () => navigate({ view: "recordings", at: { part: "record" } }) },
      },
    ],
    [text, mayAdd],
  );
  useCommands(commands);

  const since = useVisit()?.since ?? null;
  const mine = useMemo(
    () => ofVisit(recordings.data?.recordings, jobs.data?.jobs ?? [], since),
    [recordings.data, jobs.data, since],
  );
  const all = mine.recordings;
  const queue = useMemo(() => queueOf(mine.jobs), [mine]);
  const busy = queue.running.length + queue.waiting.length + queue.stopped.length > 0;
  const add = () => place("add", query);
  const record = () => navigate({ view: "recordings", at: { part: "record" } });
  return (
    <Page
      title={text("rail.recordings")}
      lead={all === undefined ? undefined : text("recordings.count", { count: all.length })}
      fixed
      actions={<Ways mayAdd={mayAdd} onAdd={add} onRecord={record} />}
    >
      <div className={styles["columns"]}>
        <div className={styles["main"]}>
          <LeftCaptures />
          <NotTranscribed recordings={all ?? []} jobs={mine.jobs} />
          {all !== undefined && all.length > 0 && (
            <div className={styles["search"]}>
              <SearchField
                ref={search}
                label={text("recordings.search")}
                placeholder={text("recordings.searchPlaceholder")}
                value={query}
                onChange={(words) => {
                  setQuery(words);
                  place(part, words);
                }}
              />
            </div>
          )}
          {recordings.error !== undefined ? (
            <ErrorState error={recordings.error} onRetry={recordings.reload} />
          ) : all === undefined ? (
            <Skeleton rows={8} />
          ) : all.length === 0 ? (
            <EmptyState
              title={text("recordings.empty.title")}
              action={
                <div className={styles["first"]}>
                  <Ways mayAdd={mayAdd} onAdd={add} onRecord={record} />
                </div>
              }
            >
              {text(mayAdd ? "recordings.empty.words" : "recordings.empty.kiosk")}
            </EmptyState>
          ) : query.trim() === "" ? (
            <LibraryList recordings={all} jobs={mine.jobs} />
          ) : (
            <SearchResults query={query.trim()} recordings={all} />
          )}
        </div>
        {part === "add" && mayAdd ? (
          <AddPane onClose={() => place(undefined, query)} />
        ) : (
          busy && <QueuePane queue={queue} jobs={jobs} recordings={all ?? []} />
        )}
      </div>
    </Page>
  );
}

function addCommand(label: string, group: string) {
  return {
    ...{ id: "recordings-add", label, group, shortcut: "Ctrl+O" },
    run: () => navigate({ view: "recordings", at: { part: "add" } }),
  };
}

/** The ways in which recordings come. */
function Ways({
  mayAdd,
  onAdd,
  onRecord,
}: {
  readonly mayAdd: boolean;
  readonly onAdd: () => void;
  readonly onRecord: () => void;
}) {
  const text = useText();
  return (
    <>
      <Button kind={mayAdd ? "plain" : "primary"} icon={<Mic />} onClick={onRecord}>
        {text("recordings.record")}
      </Button>
      {mayAdd && (
        <Button kind="primary" icon={<Plus />} onClick={onAdd}>
          {text("recordings.add")}
        </Button>
      )}
    </>
  );
}

/** Adds what was given to the program from outside: the address names it, once. */
function useAddOpened(opened: string | undefined): void {
  const { adding } = useAdding();
  const { choice } = useChoice();
  const sayError = useSayError();
  const handled = useRef<string>(undefined);
  useEffect(() => {
    if (opened === undefined || handled.current === opened) return;
    handled.current = opened;
    navigate({ view: "recordings", at: { part: "add" } });
    adding.add(pathsIn(opened), choice).catch(sayError);
  }, [opened, adding, choice, sayError]);
  useEffect(() => {
    if (opened === undefined) handled.current = undefined;
  }, [opened]);
}

function pathsIn(opened: string): string[] {
  try {
    const paths: unknown = JSON.parse(opened);
    return Array.isArray(paths) ? paths.filter((path) => typeof path === "string") : [];
  } catch {
    return [];
  }
}
