import type { ReactNode } from "react";
import type { ApprovalRequest } from "../../../src/shared/approval.ts";
import type { FileChange } from "../../../src/shared/change.ts";
import { showHidden } from "../../../src/shared/show-hidden.ts";
import { useSeal } from "../../bridge/use-seal.ts";
import { type Text, useText } from "../../text/text.tsx";
import { Badge, MeaningIcon } from "../../ui/Badge.tsx";
import styles from "./ApprovalDetails.module.css";
import { ArgumentList } from "./ArgumentList.tsx";
import { Diff } from "./Diff.tsx";
import { handOverTool } from "./hand-overs.ts";
import { SamplingPrompt } from "./SamplingPrompt.tsx";
import { samplingServerOf, serverToolOf } from "./server-tool.ts";
import { ServerPlace } from "./ServerPlace.tsx";
import { useServer } from "./servers.tsx";

/** All there is to know before saying yes. Nothing is shortened, and nothing in it can hide. */
export function ApprovalDetails({ request }: { readonly request: ApprovalRequest }) {
  const text = useText();
  const seal = useSeal();
  const { about, askedAt, call, grants, level, reason, taint, changes } = request;
  const sampling = samplingServerOf(call.tool);
  const server = sampling ?? serverToolOf(call.tool)?.server;
  const kind = useServer(server)?.kind;
  const probedAt = seal.data?.sandbox.level === level ? seal.data.sandbox.probedAt : undefined;
  return (
    <div className={styles["details"]}>
      <p>{leadOf(text, request)}</p>
      {taint.length > 0 && (
        <div className={styles["taint"]}>
          <MeaningIcon meaning="attention" />
          <div className={styles["taintWords"]}>
            <p>{text("approval.taint")}</p>
            <ul className={styles["mono"]} aria-label={text("approval.taintList")}>
              {taint.map((line) => (
                <li key={line}>{showHidden(line)}</li>
              ))}
            </ul>
          </div>
        </div>
      )}
      {about === "changes" && (
        <Part title={text("approval.changes")}>
          {changes.map((change) => (
            <Change key={change.path} change={change} />
          ))}
        </Part>
      )}
      {server !== undefined && (
        <Part title={text("approval.goesTo")}>
          <ServerPlace server={server} what={sampling === null ? "arguments" : "answer"} />
        </Part>
      )}
      <Part title={text(sampling === null ? "approval.arguments" : "approval.prompt")}>
        <div className={styles["arguments"]}>
          {sampling === null ? <ArgumentList of={call.arguments} /> : <SamplingPrompt of={call.arguments} />}
        </div>
      </Part>
      <Part title={text("approval.folders")}>
        {grants.length === 0 && <p className={styles["soft"]}>{text("approval.noFolders")}</p>}
        <ul className={styles["folders"]}>
          {grants.map(({ name, path, mode }) => (
            <li key={path}>
              <span className={styles["mono"]}>{showHidden(path)}</span>{" "}
              <span className={styles["soft"]}>
                {text(`approval.folder.${mode}`)} · {text("approval.folderName", { name: showHidden(name) })}
              </span>
            </li>
          ))}
        </ul>
      </Part>
      <Part title={text("approval.why")}>
        <p>{showHidden(reason)}</p>
      </Part>
      <Part title={text("approval.sandbox")}>
        <p>
          {server !== undefined && kind !== "bundle"
            ? text(kind === undefined ? "approval.level.unknown" : "approval.level.elsewhere")
            : probedAt === undefined
              ? text("approval.level", { level })
              : text("approval.levelProbed", { level, time: text.date(probedAt) })}
          <span className={styles["soft"]}> · {text("approval.asked", { time: text.date(askedAt) })}</span>
        </p>
      </Part>
    </div>
  );
}

function leadOf(text: Text, { about, agent: id, call, effect, changes }: ApprovalRequest): string {
  const agent = showHidden(id);
  const sampling = samplingServerOf(call.tool);
  if (sampling !== null) return text("approval.lead.sampling", { agent, server: showHidden(sampling) });
  if (about === "changes") {
    return text("approval.lead.changes", { agent, count: changes.filter(({ refused }) => refused === null).length });
  }
  if (call.tool === handOverTool) return text("approval.lead.handOver", { agent });
  const served = serverToolOf(call.tool);
  return served === null
    ? text("approval.lead.call", { agent, effect })
    : text("approval.lead.server", { agent, server: served.server, effect });
}

function Part({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <section className={styles["part"]}>
      <h3 className={styles["label"]}>{title}</h3>
      <div className={styles["content"]}>{children}</div>
    </section>
  );
}

function Change({ change }: { readonly change: FileChange }) {
  const text = useText();
  const { path, kind, diff, refused } = change;
  const shown = showHidden(path);
  return (
    <div className={styles["change"]}>
      <p className={styles["changeHead"]}>
        <Badge meaning={refused === null ? "neutral" : "refused"}>{text(`approval.change.${kind}`)}</Badge>
        <span className={styles["mono"]}>{shown}</span>
        <span className={styles["soft"]}>{sizeWords(text, change)}</span>
      </p>
      {refused !== null && (
        <p className={styles["never"]}>{text("approval.change.never", { why: showHidden(refused) })}</p>
      )}
      {diff === null && refused === null && <p className={styles["soft"]}>{text("approval.change.binary")}</p>}
      {diff === "" && <p className={styles["soft"]}>{text("approval.change.same")}</p>}
      {diff !== null && diff !== "" && <Diff label={text("approval.change.diff", { path: shown })} diff={diff} />}
    </div>
  );
}

function sizeWords(text: Text, { bytesBefore, bytesAfter }: FileChange): string {
  // To the byte: a change of a few must not look like none.
  const size = (bytes: number) => `${text.number(bytes)} B`;
  if (bytesBefore === null) return bytesAfter === null ? "" : size(bytesAfter);
  if (bytesAfter === null) return size(bytesBefore);
  return text("approval.change.size", { before: size(bytesBefore), after: size(bytesAfter) });
}
