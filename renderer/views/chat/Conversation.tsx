import { type Ref, useEffect, useImperativeHandle, useMemo, useRef, useState } from "react";
import { hrefOf, navigate } from "../../app/route.ts";
import { useSayError } from "../../app/toasts.tsx";
import { usePreferences } from "../../app/use-preferences.tsx";
import { useShell } from "../../app/use-shell.tsx";
import { useAgents } from "../../bridge/use-agents.ts";
import { useConnection, useHostEvent } from "../../bridge/use-host.ts";
import { useText } from "../../text/text.tsx";
import { Banner } from "../../ui/Banner.tsx";
import { Button } from "../../ui/Button.tsx";
import { ErrorState } from "../../ui/ErrorState.tsx";
import { Skeleton } from "../../ui/Skeleton.tsx";
import { attach, type Attached, grantsOf } from "./attached.ts";
import { chosenAgent, modelFor } from "./chosen-agent.ts";
import { Composer, type ComposerHandle } from "./Composer.tsx";
import { ContextMeter } from "./ContextMeter.tsx";
import { contextUse, nearlyFull } from "./context-use.ts";
import styles from "./Conversation.module.css";
import { Pending } from "./Pending.tsx";
import { PrintHead } from "./PrintHead.tsx";
import { Runs } from "./Runs.tsx";
import { shownRuns } from "./shown-runs.ts";
import { useApprovals } from "./use-approvals.ts";
import { useAsking } from "./use-asking.ts";
import { useChatModels } from "./use-chat-models.ts";
import type { useConversation } from "./use-conversation.ts";
import { useDraft } from "./use-draft.ts";
import { useReachable } from "./use-reachable.ts";
import { useRunTexts } from "./use-run-texts.ts";
import { Welcome } from "./Welcome.tsx";

export interface ConversationHandle {
  /** Puts the focus where questions are written. */
  write(): void;
  /** Stops the answer under way. */
  stop(): void;
}

/** One conversation, or a new one: what was asked and answered, and where the next question is written. */
export function Conversation({
  handle,
  id,
  found,
  reveal,
  print,
}: {
  readonly handle: Ref<ConversationHandle>;
  readonly id: string | null;
  readonly found: ReturnType<typeof useConversation>;
  readonly reveal: string | null;
  readonly print: boolean;
}) {
  const text = useText();
  const sayError = useSayError();
  const { shell } = useConnection();
  const { kiosk } = useShell();
  const { preferences } = usePreferences();
  const reachesModels = useReachable("models");
  const { draft, change, clear } = useDraft(id ?? "new");
  const { asking, stopping, start, retry, stop } = useAsking();
  const texts = useRunTexts();
  const approvals = useApprovals();
  const models = useChatModels();
  const composer = useRef<ComposerHandle>(null);

  const runs = found.data?.runs ?? [];
  const inView = shownRuns(runs);
  const last = inView.at(-1)?.run;
  const running = runs.find(({ status }) => status === "running");
  const pending = asking !== null && asking.conversationId === id && !runs.some((run) => run.id === asking.runId);
  const attached: readonly Attached[] = draft.attached ?? (last?.grants ?? []).map((one) => ({ ...one, because: [] }));
  const { agents } = useAgents();
  const titles = useMemo(() => new Map(agents.map(({ id: name, title }) => [name, title])), [agents]);
  const agent = chosenAgent(draft.agent, runs, agents);
  const model = draft.model ?? modelFor(agent, runs, agents) ?? preferences.chatModel;
  const starter = starterOf(model, models);
  const use = contextUse(runs);
  const editedAt = inView.findIndex(({ run }) => run.id === draft.editing);
  const waiting = useMemo(
    () => new Map([...Map.groupBy(approvals, (one) => one.runId)].map(([run, all]) => [run, new Set(all.map(callOf))])),
    [approvals],
  );

  useImperativeHandle(handle, () => ({
    write: () => composer.current?.focus(),
    stop: () => running !== undefined && stop(running.id),
  }));
  useEffect(() => {
    if (kiosk === null) composer.current?.focus();
  }, [kiosk]);

  const send = async () => {
    const question = draft.text.trim();
    if (question === "" || running !== undefined || pending) return;
    const replaces = editedAt === -1 ? null : draft.editing;
    const request = {
      question,
      conversationId: id,
      agent,
      model,
      grants: grantsOf(attached),
      device: "auto",
      replaces,
    } as const;
    const begun = await start(request);
    if (begun === null) return;
    clear();
    if (id === null) navigate({ view: "chat", id: begun.conversationId });
    else found.reload();
  };
  const onRetry = (runId: string) => {
    const run = runs.find((one) => one.id === runId);
    if (run === undefined) return;
    // The button that was pressed is gone while there is no answer.
    composer.current?.focus();
    void retry(runId, run.question, run.conversationId).then((begun) => begun !== null && found.reload());
  };
  const onEdit = (runId: string) => {
    const run = runs.find((one) => one.id === runId);
    if (run === undefined) return;
    const grants = run.grants.map((grant) => ({ ...grant, because: [] }));
    change({ editing: runId, text: run.question, attached: grants, model: run.model, agent: run.agent });
    composer.current?.focus();
  };
  const pick = async (kind: "file" | "folder") => {
    const purpose = kind === "file" ? "any" : "folder";
    const { paths } = await shell.call("files.pick", { purpose, multiple: true });
    if (paths.length > 0) {
      change({ attached: paths.reduce<readonly Attached[]>((all, path) => attach(all, path, kind), attached) });
    }
    composer.current?.focus();
  };
  const picker = (kind: "file" | "folder") => () => void pick(kind).catch(sayError);

  if (found.error !== undefined && found.data === undefined) {
    const begin = <Button onClick={() => navigate({ view: "chat" })}>{text("chat.gone.action")}</Button>;
    return <ErrorState error={found.error} onRetry={found.reload} action={begin} />;
  }
  return (
    <div className={styles["conversation"]}>
      {print && found.data !== undefined && <PrintHead conversation={found.data.conversation} />}
      <Said runs={runs} />
      {found.loading && !pending ? (
        <div className={styles["rest"]}>
          <Skeleton rows={5} waitsFor={text("chat.loading")} />
        </div>
      ) : (
        <Runs
          key={id ?? "new"}
          runs={runs}
          texts={texts}
          waiting={waiting}
          print={print}
          reveal={reveal}
          titles={titles}
          onRetry={onRetry}
          onEdit={onEdit}
        >
          {id === null && !pending && (
            <Welcome
              attached={attached}
              onOpenFolder={kiosk === null ? picker("folder") : undefined}
              onAsk={(question) => {
                change({ text: question });
                composer.current?.focus();
              }}
            />
          )}
          {pending && <Pending question={asking.question} />}
        </Runs>
      )}
      <div className={styles["bottom"]} data-screen-only>
        {use !== null && use.share >= nearlyFull && <Banner meaning="attention">{text("chat.context.full")}</Banner>}
        {models.known && models.names.length === 0 && (
          <Banner
            meaning="attention"
            action={
              reachesModels && (
                <Button onClick={() => navigate({ view: "models" })}>{text("chat.compose.toModels")}</Button>
              )
            }
          >
            {text("chat.compose.waitsForModel")}
          </Banner>
        )}
        <Composer
          handle={composer}
          question={pending && asking.runId === null ? "" : draft.text}
          onQuestion={(question) => change({ text: question })}
          attached={attached}
          onAttached={(next) => change({ attached: next })}
          models={models.names}
          model={model}
          onModel={(name) => change({ model: name })}
          agents={agents}
          agent={agent}
          // Each has a model of its own.
          onAgent={(name) => change({ agent: name, model: null })}
          editing={editedAt === -1 ? null : { after: inView.length - 1 - editedAt, onCancel: clear }}
          state={stateOf(models, running?.id, stopping, pending)}
          onSend={() => void send()}
          onStop={() => running !== undefined && stop(running.id)}
          onPickFolders={picker("folder")}
          onPickFiles={picker("file")}
        />
        <div className={styles["below"]}>
          {starter !== null && (
            <p className={styles["starter"]}>
              {text("chat.model.starter", { name: starter })}{" "}
              {reachesModels && <a href={hrefOf({ view: "models" })}>{text("chat.model.import")}</a>}
            </p>
          )}
          <ContextMeter runs={runs} />
        </div>
      </div>
    </div>
  );
}

/** Says what came of the question that was running: whoever does not see it hears it, once. */
function Said({ runs }: { readonly runs: readonly { readonly id: string }[] }) {
  const text = useText();
  const [words, setWords] = useState("");
  useHostEvent("run.ended", ({ runId, status }) => {
    if (!runs.some(({ id }) => id === runId)) return;
    setWords(text(status === "done" ? "chat.run.answered" : "chat.run.ended"));
  });
  useHostEvent("run.step", ({ step }) => {
    if (step.kind === "question") setWords("");
  });
  return (
    <p className="visually-hidden" role="status">
      {words}
    </p>
  );
}

function callOf({ call }: { readonly call: { readonly id: string } }): string {
  return call.id;
}

/** The name of the model that will answer, when it is only there for trying out. */
function starterOf(model: string | null, { names, starters }: ReturnType<typeof useChatModels>): string | null {
  if (model !== null) return starters.includes(model) ? model : null;
  // Of models that were imported the host takes one of those.
  return starters.length === names.length ? (starters[0] ?? null) : null;
}

function stateOf(
  models: ReturnType<typeof useChatModels>,
  running: string | undefined,
  stopping: string | null,
  pending: boolean,
): "ready" | "running" | "stopping" | "no-model" {
  if (running !== undefined) return running === stopping ? "stopping" : "running";
  if (pending) return "running";
  return models.known && models.names.length === 0 ? "no-model" : "ready";
}
