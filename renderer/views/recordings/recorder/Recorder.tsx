import { ArrowLeft, Mic, Pause, Square } from "lucide-react";
import { useEffect, useMemo, useRef, useState } from "react";
import { useMicrophones } from "../../../audio/use-microphone.ts";
import { useRecordingSession } from "../../../audio/use-recording-session.ts";
import { LevelMeter } from "../../../audio/LevelMeter.tsx";
import { useCommands } from "../../../app/commands.tsx";
import { navigate } from "../../../app/route.ts";
import { useSay, useSayError } from "../../../app/toasts.tsx";
import { useShell } from "../../../app/use-shell.tsx";
import { usePreferences } from "../../../app/use-preferences.tsx";
import { useText } from "../../../text/text.tsx";
import { Banner } from "../../../ui/Banner.tsx";
import { Button } from "../../../ui/Button.tsx";
import { Dialog } from "../../../ui/Dialog.tsx";
import { Page } from "../../../ui/Page.tsx";
import { Select } from "../../../ui/Select.tsx";
import { Switch } from "../../../ui/Switch.tsx";
import { TextField } from "../../../ui/TextField.tsx";
import { ChoiceFields } from "../adding/ChoiceFields.tsx";
import { useChoice } from "../adding/use-adding.ts";
import { useDraft } from "../use-draft.ts";
import { LiveText } from "./LiveText.tsx";
import styles from "./Recorder.module.css";

/** No microphone is called that: the system's. */
const systems = "";
/** Nobody was heard for so long: perhaps it is the wrong microphone. Milliseconds. */
const longSilenceMs = 5000;
/** From here on a person is told that the disk is slow. Milliseconds of sound. */
const muchWaitingMs = 3000;

/** Records from the microphone: what is heard, how long already, and the text as it comes. */
export function Recorder() {
  const text = useText();
  const say = useSay();
  const sayError = useSayError();
  const { kiosk } = useShell();
  const { state, session } = useRecordingSession();
  const { preferences, change } = usePreferences();
  const { choice, change: changeChoice } = useChoice();
  const labels = useMicrophones(state.microphone);
  const [name, setName] = useDraft("recording-name");
  const [live, setLive] = useState(true);
  const [discarding, setDiscarding] = useState(false);
  const here = useRef(true);
  const { phase, trouble } = state;
  const label = preferences.microphone;
  const all = label === null || labels.includes(label) ? labels : [label, ...labels];
  useEffect(() => {
    here.current = true;
    return () => {
      here.current = false;
    };
  }, []);

  const actions = useMemo(
    () => ({
      begin() {
        const { model, language } = choice;
        const wanted = name.trim() === "" ? null : name.trim();
        session.start({ name: wanted, microphone: label, live, model, language }).catch(sayError);
      },
      async finish() {
        try {
          const { transcriptId, lostMs } = await session.finish(true);
          setName("");
          if (lostMs > 0) say(text("recorder.lost", { time: text.duration(lostMs) }), "refused");
          else say(text("recorder.finished"), "good");
          if (!here.current) return;
          navigate(transcriptId === null ? { view: "recordings" } : { view: "recordings", id: transcriptId });
        } catch (error) {
          sayError(error);
        }
      },
      pause: () => void session.pause(),
      resume: () => void session.resume(label).catch(sayError),
    }),
    [choice, name, label, live, session, setName, say, sayError, text],
  );
  const commands = useMemo(() => {
    const group = text("recorder.title");
    const back = { id: "recorder-back", label: text("common.back"), group, shortcut: "Escape", run: toLibrary };
    if (phase === "idle") {
      return [
        { id: "recorder-start", label: text("recorder.start"), group, shortcut: "Ctrl+Enter", run: actions.begin },
        back,
      ];
    }
    if (phase !== "recording" && phase !== "paused") return [back];
    return [
      ...[
        {
          id: "recorder-stop",
          label: text("recorder.stop"),
          group,
          shortcut: "Ctrl+Enter",
          run: () => void actions.finish(),
        },
      ],
      phase === "recording"
        ? { id: "recorder-pause", label: text("recorder.pause"), group, shortcut: "Ctrl+Space", run: actions.pause }
        : { id: "recorder-resume", label: text("recorder.resume"), group, shortcut: "Ctrl+Space", run: actions.resume },
      back,
    ];
  }, [text, phase, actions]);
  useCommands(commands);

  const open = phase !== "idle" && phase !== "starting";
  return (
    <Page
      title={text("recorder.title")}
      fixed
      actions={
        <Button icon={<ArrowLeft />} onClick={toLibrary}>
          {text("rail.recordings")}
        </Button>
      }
    >
      <div className={styles["columns"]}>
        <div className={styles["controls"]}>
          <div className={styles["clock"]} data-phase={phase}>
            <span className={styles["dot"]} aria-hidden="true" />
            <span role="timer" aria-label={text("recorder.elapsed")}>
              {text.clock(state.elapsedMs)}
            </span>
          </div>
          <p className={styles["phase"]} role="status">
            {text(`recorder.phase.${phase}`)}
          </p>
          {state.microphone !== null && (
            <>
              <LevelMeter microphone={state.microphone} />
              <p className={styles["hint"]}>{text("recorder.hearing", { label: state.microphone.label })}</p>
              {!state.microphone.isTheOneAsked && (
                <Banner meaning="attention">{text("microphone.other", { label: label ?? "" })}</Banner>
              )}
            </>
          )}
          {trouble !== null && <Banner meaning="refused">{text(`microphone.trouble.${trouble}`)}</Banner>}
          {phase === "recording" && state.silentMs >= longSilenceMs && (
            <Banner meaning="attention">{text("recorder.silence")}</Banner>
          )}
          {state.waitingMs >= muchWaitingMs && (
            <Banner meaning="attention">
              {text("recorder.waiting", { seconds: Math.round(state.waitingMs / 1000) })}
            </Banner>
          )}
          {state.lostMs > 0 && (
            <Banner meaning="refused">{text("recorder.lost", { time: text.duration(state.lostMs) })}</Banner>
          )}
          <div className={styles["buttons"]}>
            {phase === "idle" || phase === "starting" ? (
              <Button kind="primary" icon={<Mic />} disabled={phase === "starting"} onClick={actions.begin}>
                {text("recorder.start")}
              </Button>
            ) : (
              <>
                <Button
                  kind="primary"
                  icon={<Square />}
                  disabled={phase === "finishing"}
                  onClick={() => void actions.finish()}
                >
                  {text("recorder.stop")}
                </Button>
                {phase === "paused" ? (
                  <Button icon={<Mic />} onClick={actions.resume}>
                    {text("recorder.resume")}
                  </Button>
                ) : (
                  <Button icon={<Pause />} disabled={phase === "finishing"} onClick={actions.pause}>
                    {text("recorder.pause")}
                  </Button>
                )}
                <Button kind="quiet" disabled={phase === "finishing"} onClick={() => setDiscarding(true)}>
                  {text("recorder.discard")}
                </Button>
              </>
            )}
          </div>
          {open ? (
            <p className={styles["hint"]}>{text("recorder.onDisk")}</p>
          ) : (
            <div className={styles["fields"]}>
              <TextField
                label={text("recorder.name")}
                hint={text("recorder.nameHint")}
                value={name}
                onChange={setName}
                maxLength={200}
              />
              {kiosk === null && (
                <div className={styles["field"]}>
                  <span className={styles["label"]} aria-hidden="true">
                    {text("microphone.choose")}
                  </span>
                  <Select
                    label={text("microphone.choose")}
                    value={label ?? systems}
                    options={[
                      { value: systems, label: text("microphone.system") },
                      ...all.map((one) => ({ value: one, label: one })),
                    ]}
                    onChange={(next) => change({ microphone: next === systems ? null : next })}
                  />
                </div>
              )}
              <ChoiceFields choice={choice} onChange={changeChoice} withEngine={false} />
              <Switch label={text("recorder.live")} checked={live} onChange={setLive} />
            </div>
          )}
        </div>
        <LiveText state={state} />
      </div>
      <Dialog
        title={text("recorder.discardTitle")}
        open={discarding}
        onClose={() => setDiscarding(false)}
        actions={
          <>
            <Button onClick={() => setDiscarding(false)}>{text("recorder.keep")}</Button>
            <Button
              kind="danger"
              onClick={() => {
                setDiscarding(false);
                session.discard().catch(sayError);
              }}
            >
              {text("recorder.discardYes")}
            </Button>
          </>
        }
      >
        <p>{text("recorder.discardWords", { time: text.clock(state.elapsedMs) })}</p>
      </Dialog>
    </Page>
  );
}

function toLibrary() {
  navigate({ view: "recordings" });
}
