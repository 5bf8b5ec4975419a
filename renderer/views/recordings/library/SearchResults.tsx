import { type ReactNode, useDeferredValue, useMemo, useRef } from "react";
import type { RecordingView } from "../../../../src/shared/host-contract.ts";
import type { TranscriptHit } from "../../../../src/shared/tool.ts";
import { hrefOf } from "../../../app/route.ts";
import { useHost } from "../../../bridge/use-host.ts";
import { useText } from "../../../text/text.tsx";
import { ErrorState } from "../../../ui/ErrorState.tsx";
import { VirtualList, type VirtualListHandle } from "../../../ui/VirtualList.tsx";
import { Marked } from "../Marked.tsx";
import { useRoving } from "../use-roving.ts";
import { bestTranscript } from "./library-rows.ts";
import styles from "./SearchResults.module.css";

/** So many places of what was said are shown, the best first. */
const mostHits = 200;

type Found =
  | { readonly kind: "heading"; readonly words: string }
  | { readonly kind: "name"; readonly recording: RecordingView }
  | { readonly kind: "said"; readonly hit: TranscriptHit };

/** What answers a query: recordings by their names, and places where it was said. A place opens where it is. */
export function SearchResults({
  query,
  recordings,
}: {
  readonly query: string;
  readonly recordings: readonly RecordingView[];
}) {
  const text = useText();
  const asked = useDeferredValue(query);
  const { data, error, reload } = useHost("transcripts.search", { query: asked, limit: mostHits });
  const list = useRef<HTMLDivElement>(null);
  const handle = useRef<VirtualListHandle>(null);
  const found = useMemo((): readonly Found[] => {
    const wanted = query.toLocaleLowerCase(text.language);
    const named = recordings.filter(({ name }) => name.toLocaleLowerCase(text.language).includes(wanted));
    const here = new Set(recordings.map(({ id }) => id));
    const hits = (data?.hits ?? []).filter(({ recordingId }) => here.has(recordingId));
    return [
      ...(named.length === 0
        ? []
        : [{ kind: "heading" as const, words: text("recordings.found.names", { count: named.length }) }]),
      ...named.map((recording) => ({ kind: "name" as const, recording })),
      ...(hits.length === 0
        ? []
        : [
            {
              kind: "heading" as const,
              words: text("recordings.found.said", {
                count: hits.length,
                more: hits.length >= mostHits ? "yes" : "no",
              }),
            },
          ]),
      ...hits.map((hit) => ({ kind: "said" as const, hit })),
    ];
  }, [query, recordings, data, text]);
  const roving = useRoving(found.length, list, handle);
  const lines = found.filter(({ kind }) => kind !== "heading").length;
  if (error !== undefined) return <ErrorState error={error} onRetry={reload} />;
  return (
    <div ref={list} className={styles["results"]} onKeyDown={roving.onKeyDown}>
      <p className="visually-hidden" role="status">
        {data === undefined ? "" : text("recordings.found.count", { count: lines })}
      </p>
      {data !== undefined && found.length === 0 ? (
        <p className={styles["none"]}>{text("recordings.found.none", { query })}</p>
      ) : (
        <VirtualList
          label={text("recordings.found.label")}
          items={found}
          keyOf={(item) =>
            item.kind === "heading" ? item.words : item.kind === "name" ? item.recording.id : item.hit.segmentId
          }
          estimate={48}
          handle={handle}
          row={(item, index) => {
            const common = {
              ...{ "data-row": index, tabIndex: index === roving.current ? 0 : -1 },
              onFocus: () => roving.go(index, false),
            };
            if (item.kind === "heading") {
              return (
                <h2 {...common} className={styles["heading"]}>
                  {item.words}
                </h2>
              );
            }
            if (item.kind === "name") {
              const transcript = bestTranscript(item.recording);
              return (
                <Line
                  {...common}
                  href={transcript === null ? undefined : hrefOf({ view: "recordings", id: transcript.id })}
                >
                  <Marked text={item.recording.name} query={query} mode="whole" />
                </Line>
              );
            }
            const { hit } = item;
            return (
              <Line
                {...common}
                href={hrefOf({ view: "recordings", id: hit.transcriptId, at: { at: String(hit.startMs) } })}
              >
                <span className={styles["said"]}>
                  <Marked text={hit.text} query={query} mode="words" />
                </span>
                <span className={styles["where"]}>
                  <span className={styles["time"]}>{text.clock(hit.startMs)}</span> {hit.recordingName}
                </span>
              </Line>
            );
          }}
        />
      )}
    </div>
  );
}

function Line({ children, ...rest }: { readonly children: ReactNode; readonly href: string | undefined }) {
  return (
    <a {...rest} className={styles["line"]} draggable={false}>
      {children}
    </a>
  );
}
