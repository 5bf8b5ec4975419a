import { Crosshair } from "lucide-react";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import type { Segment } from "../../../../src/shared/speech.ts";
import { useCommands } from "../../../app/commands.tsx";
import { useSay } from "../../../app/toasts.tsx";
import { useText } from "../../../text/text.tsx";
import { Button } from "../../../ui/Button.tsx";
import { VirtualList, type VirtualListHandle } from "../../../ui/VirtualList.tsx";
import { useRoving } from "../use-roving.ts";
import { segmentAt } from "./segment-at.ts";
import { SegmentRow } from "./SegmentRow.tsx";
import { findSegments, searchIndex } from "./segment-search.ts";
import { SegmentSearch } from "./SegmentSearch.tsx";
import styles from "./SegmentList.module.css";
import { type Player, usePlayerTime } from "./use-player.ts";

/** The text: it follows the player until the person scrolls, a click plays from there, and words are found in it. */
export function SegmentList({
  segments,
  player,
  startMs,
  searching,
  onSearching,
}: {
  readonly segments: readonly Segment[];
  readonly player: Player;
  /** The place that the address names; negative for none. */
  readonly startMs: number;
  readonly searching: boolean;
  readonly onSearching: (searching: boolean) => void;
}) {
  const text = useText();
  const say = useSay();
  const list = useRef<HTMLDivElement>(null);
  const handle = useRef<VirtualListHandle>(null);
  const spoken = usePlayerTime(player, (ms) => segmentAt(segments, ms));
  const roving = useRoving(segments.length, list, handle);
  const [follows, setFollows] = useState(true);

  const [query, setQuery] = useState("");
  const index = useMemo(
    () => (searching ? searchIndex(segments, text.language) : []),
    [segments, searching, text.language],
  );
  const found = useMemo(() => findSegments(index, query, text.language), [index, query, text.language]);
  const [hit, setHit] = useState(0);
  const shown = found[Math.min(hit, found.length - 1)];

  // The place in the address, once it is there.
  const went = useRef(false);
  useEffect(() => {
    if (went.current || startMs < 0) return;
    went.current = true;
    const to = Math.max(0, segmentAt(segments, startMs));
    roving.go(to, false);
    handle.current?.reveal(to, "center");
  }, [segments, startMs, roving]);
  useEffect(() => {
    if (follows && player.playing && spoken >= 0) handle.current?.reveal(spoken, "center");
  }, [follows, player.playing, spoken]);
  useEffect(() => {
    if (shown !== undefined) handle.current?.reveal(shown, "center");
  }, [shown]);

  const step = useCallback(
    (by: -1 | 1) => {
      setFollows(false);
      setHit((now) => (found.length === 0 ? 0 : (Math.min(now, found.length - 1) + by + found.length) % found.length));
    },
    [found.length],
  );
  const copy = useCallback(
    (segment: Segment | undefined, withTime: boolean) => {
      if (segment === undefined) return;
      const words = withTime ? `[${text.clock(segment.startMs)}] ${segment.text.trim()}` : segment.text.trim();
      navigator.clipboard.writeText(words).then(
        () => say(text("common.copied")),
        () => say(text("transcript.copyFailed"), "refused"),
      );
    },
    [say, text],
  );
  const current = segments[roving.current];
  const commands = useMemo(() => {
    const group = text("transcript.group");
    return [
      ...(searching
        ? [
            {
              id: "transcript-next",
              label: text("transcript.next"),
              group,
              shortcut: "F3",
              whileTyping: true,
              run: () => step(1),
            },
            {
              ...{ id: "transcript-previous", label: text("transcript.previous"), group, whileTyping: true },
              ...{ shortcut: "Shift+F3", run: () => step(-1) },
            },
          ]
        : []),
      {
        id: "transcript-follow",
        label: text("transcript.follow"),
        group,
        shortcut: "Alt+F",
        run: () => setFollows(true),
      },
      {
        ...{ id: "transcript-copy", label: text("transcript.copy"), group },
        ...{ shortcut: "Ctrl+Shift+C", run: () => copy(current, false) },
      },
      {
        ...{ id: "transcript-copy-time", label: text("transcript.copyWithTime"), group },
        ...{ shortcut: "Ctrl+Alt+C", run: () => copy(current, true) },
      },
    ];
  }, [text, searching, step, copy, current]);
  useCommands(commands);
  const close = () => {
    onSearching(false);
    setQuery("");
    roving.go(shown ?? roving.current, true);
  };

  return (
    <>
      {searching && (
        <SegmentSearch
          query={query}
          onQuery={(next) => {
            setQuery(next);
            setFollows(false);
            // The first that is not before what is read now.
            const from = findSegments(index, next, text.language).findIndex((at) => at >= roving.current);
            setHit(Math.max(0, from));
          }}
          count={found.length}
          place={found.length === 0 ? 0 : Math.min(hit, found.length - 1) + 1}
          onStep={step}
          onClose={close}
        />
      )}
      <div
        ref={list}
        className={styles["list"]}
        onWheel={() => setFollows(false)}
        onTouchMove={() => setFollows(false)}
        onPointerDown={({ target }) => {
          // The bar beside the list is the list's own element.
          if (target instanceof HTMLElement && target.getAttribute("role") === "group") setFollows(false);
        }}
        onKeyDown={(event) => {
          if (event.key === " " && !event.ctrlKey && isText(event.target)) {
            event.preventDefault();
            player.toggle();
          }
          if (/^(Arrow|Page|Home|End)/.test(event.key) && !event.altKey) setFollows(false);
          roving.onKeyDown(event);
        }}
      >
        <VirtualList
          label={text("transcript.text")}
          items={segments}
          keyOf={(_, at) => at}
          estimate={44}
          handle={handle}
          row={(segment, at) => (
            <SegmentRow
              segment={segment}
              index={at}
              spoken={at === spoken}
              current={at === roving.current}
              found={at === shown}
              query={searching ? query : ""}
              onFocus={() => roving.go(at, false)}
              onSeek={(ms) => {
                roving.go(at, false);
                player.seek(ms);
              }}
              onCopy={(withTime) => copy(segment, withTime)}
            />
          )}
        />
        {!follows && player.playing && (
          <div className={styles["follow"]}>
            <Button icon={<Crosshair />} onClick={() => setFollows(true)}>
              {text("transcript.follow")}
            </Button>
          </div>
        )}
      </div>
    </>
  );
}

/** Whether a key is for the text, not for a button or a menu in it. */
function isText(target: EventTarget): boolean {
  return (
    target instanceof HTMLElement && (target.dataset["row"] !== undefined || target.getAttribute("role") === "group")
  );
}
