import type { ReactNode } from "react";
import type { ApprovalRequest } from "../../../src/shared/approval.ts";
import type { FileChange } from "../../../src/shared/change.ts";
import { showHidden } from "../../../src/shared/show-hidden.ts";
import { useHost } from "../../bridge/use-host.ts";
import { type Text, useText } from "../../text/text.tsx";
import { Badge, MeaningIcon } from "../../ui/Badge.tsx";
import styles from "./ApprovalDetails.module.css";
import { ArgumentList } from "./ArgumentList.tsx";
import { Diff } from "./Diff.tsx";

/** All there is to know before saying yes. Nothing is shortened, and nothing in it can hide. */
export function ApprovalDetails({ request }: { readonly request: ApprovalRequest }) {
  const text = useText();
  const seal = useHost("seal.get", {});
  const { about, agent, askedAt, call, effect, grants, level, reason, taint, changes } = request;
  const probedAt = seal.data?.sandbox.level === level ? seal.data.sandbox.probedAt : undefined;
  return (
    <div className={styles["details"]}>
      <p>
        {about === "call"
          ? text("approval.lead.call", { agent: showHidden(agent), effect })
          : text("approval.lead.changes", {
              agent: showHidden(agent),
              count: changes.filter(({ refused }) => refused === null).length,
            })}
      </p>
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
      <Part title={text("approval.arguments")}>
        <div className={styles["arguments"]}>
          <ArgumentList of={call.arguments} />
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
          {probedAt === undefined
            ? text("approval.level", { level })
            : text("approval.levelProbed", { level, time: text.date(probedAt) })}
          <span className={styles["soft"]}> · {text("approval.asked", { time: text.date(askedAt) })}</span>
        </p>
      </Part>
    </div>
  );
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
