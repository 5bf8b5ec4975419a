import { ArrowLeft, Search } from "lucide-react";
import { useMemo, useState } from "react";
import type { TranscriptView } from "../../../../src/shared/host-contract.ts";
import { useCommands } from "../../../app/commands.tsx";
import { navigate, useRoute } from "../../../app/route.ts";
import { useHost } from "../../../bridge/use-host.ts";
import { useText } from "../../../text/text.tsx";
import { Badge } from "../../../ui/Badge.tsx";
import { Banner } from "../../../ui/Banner.tsx";
import { Button } from "../../../ui/Button.tsx";
import { ErrorState } from "../../../ui/ErrorState.tsx";
import { Page } from "../../../ui/Page.tsx";
import { Select } from "../../../ui/Select.tsx";
import { Skeleton } from "../../../ui/Skeleton.tsx";
import { shareOf } from "../library/library-rows.ts";
import { languageName } from "../language-name.ts";
import { ExportMenu } from "./ExportMenu.tsx";
import { PlayerBar, skipMs } from "./PlayerBar.tsx";
import { SegmentList } from "./SegmentList.tsx";
import styles from "./TranscriptPage.module.css";
import { useLiveTranscript } from "./use-live-transcript.ts";
import { usePlayer } from "./use-player.ts";

/** One transcript with its recording: listen, follow, look for words, take it out. */
export function TranscriptPage({ id }: { readonly id: string }) {
  const text = useText();
  const { transcript, job } = useLiveTranscript(id);
  const { data, error, reload } = transcript;
  const toLibrary = (
    <Button icon={<ArrowLeft />} onClick={back}>
      {text("rail.recordings")}
    </Button>
  );
  if (error !== undefined) {
    return (
      <Page title={text("rail.recordings")} actions={toLibrary}>
        <ErrorState error={error} onRetry={reload} />
      </Page>
    );
  }
  if (data === undefined) {
    return (
      <Page title={text("common.loading")} actions={toLibrary}>
        <Skeleton rows={10} />
      </Page>
    );
  }
  return <Loaded transcript={data} share={job === undefined ? undefined : shareOf(job)} toLibrary={toLibrary} />;
}

function Loaded({
  transcript,
  share,
  toLibrary,
}: {
  readonly transcript: TranscriptView;
  /** How far its job is; undefined when none runs, null while that is not known. */
  readonly share: number | null | undefined;
  readonly toLibrary: React.ReactNode;
}) {
  const text = useText();
  const { at } = useRoute();
  const { segments, recordingId, recordingName, status } = transcript;
  const player = usePlayer(Number(at["at"] ?? 0) || 0);
  const [searching, setSearching] = useState(false);
  const durationMs = player.durationMs ?? transcript.durationMs ?? segments.at(-1)?.endMs ?? 0;
  const unsure = useMemo(() => segments.some(({ words }) => words !== undefined), [segments]);
  const commands = useMemo(() => {
    const group = text("transcript.group");
    const key = (id: string, label: string, shortcut: string, run: () => void) => ({
      ...{ id: `transcript-${id}`, label, group, shortcut, run },
      whileTyping: true,
    });
    return [
      key("play", text("transcript.playPause"), "Ctrl+Space", player.toggle),
      key("play-f4", text("transcript.playPause"), "F4", player.toggle),
      key("back", text("transcript.back5"), "Alt+ArrowLeft", () => player.skip(-skipMs)),
      key("forward", text("transcript.forward5"), "Alt+ArrowRight", () => player.skip(skipMs)),
      key("slower", text("transcript.slower"), "Alt+ArrowDown", () => player.step(-1)),
      key("faster", text("transcript.faster"), "Alt+ArrowUp", () => player.step(1)),
      key("search", text("transcript.search"), "Ctrl+F", () => setSearching(true)),
      { ...key("leave", text("transcript.leave"), "Escape", back), whileTyping: false },
    ];
  }, [text, player.toggle, player.skip, player.step]);
  useCommands(commands);
  return (
    <Page
      title={recordingName}
      lead={<Lead transcript={transcript} />}
      fixed
      actions={
        <>
          {toLibrary}
          <OtherTranscripts transcript={transcript} />
          <Button icon={<Search />} onClick={() => setSearching(true)}>
            {text("transcript.search")}
          </Button>
          <ExportMenu id={transcript.id} recordingName={recordingName} />
        </>
      }
    >
      <div className={styles["content"]}>
        {/* The address is the app's own: the shell answers it from the file. */}
        <audio ref={player.ref} src={`/media/${encodeURIComponent(recordingId)}`} preload="metadata" />
        <PlayerBar player={player} segments={segments} durationMs={durationMs} />
        {player.failed && (
          <div className={styles["place"]}>
            <Banner meaning="attention">{text("transcript.noSound")}</Banner>
          </div>
        )}
        {status !== "complete" && (
          <div className={styles["partial"]}>
            <Badge meaning="neutral">
              {share === undefined
                ? text("transcript.partial")
                : share === null
                  ? text("transcript.preparing")
                  : text("transcript.running", { share: text.percent(share) })}
            </Badge>
          </div>
        )}
        {unsure && <p className={styles["legend"]}>{text("transcript.unsureLegend")}</p>}
        {segments.length === 0 ? (
          <p className={styles["none"]}>
            {text(status === "complete" ? "transcript.silent" : "transcript.nothingYet")}
          </p>
        ) : (
          <SegmentList
            segments={segments}
            player={player}
            startMs={Number(at["at"] ?? -1)}
            searching={searching}
            onSearching={setSearching}
          />
        )}
      </div>
    </Page>
  );
}

/** What made it, in words. */
function Lead({ transcript }: { readonly transcript: TranscriptView }) {
  const text = useText();
  const { durationMs, language, origin, segments } = transcript;
  return [
    text.clock(durationMs ?? segments.at(-1)?.endMs ?? 0),
    ...(language === "auto" ? [] : [languageName(language, text.language)]),
    text("transcript.madeBy", { model: origin.modelName, engine: origin.engine, device: origin.device }),
  ].join(" · ");
}

/** A choice, where one recording was transcribed in several ways. */
function OtherTranscripts({ transcript }: { readonly transcript: TranscriptView }) {
  const text = useText();
  const { data } = useHost("recordings.list", {});
  const all = data?.recordings.find(({ id }) => id === transcript.recordingId)?.transcripts ?? [];
  if (all.length < 2) return null;
  return (
    <Select
      label={text("transcript.which")}
      value={transcript.id}
      options={all.map(({ id, language, origin }) => ({
        value: id,
        label: text("transcript.one", {
          ...{ model: origin.modelName, engine: origin.engine },
          language: language === "auto" ? "–" : languageName(language, text.language),
        }),
      }))}
      onChange={(id) => navigate({ view: "recordings", id })}
    />
  );
}

function back() {
  navigate({ view: "recordings" });
}
