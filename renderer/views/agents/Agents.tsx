import { FolderPlus } from "lucide-react";
import { useMemo, useState } from "react";
import { sandboxLevel } from "../../../src/shared/sandbox.ts";
import { useSayError } from "../../app/toasts.tsx";
import { useShell } from "../../app/use-shell.tsx";
import { useCallHost, useConnection, useHost } from "../../bridge/use-host.ts";
import { useText } from "../../text/text.tsx";
import { Banner } from "../../ui/Banner.tsx";
import { Button } from "../../ui/Button.tsx";
import { ErrorState } from "../../ui/ErrorState.tsx";
import { Page, Section } from "../../ui/Page.tsx";
import { Select } from "../../ui/Select.tsx";
import { Skeleton } from "../../ui/Skeleton.tsx";
import styles from "./Agents.module.css";
import { policyFolders } from "./policy-folders.ts";
import { PolicyMatrix } from "./PolicyMatrix.tsx";
import { RuleList } from "./RuleList.tsx";

/** Which agent may use which tool on which folder, and by which rule. */
export function Agents() {
  const text = useText();
  const call = useCallHost();
  const { shell } = useConnection();
  const { kiosk } = useShell();
  const sayError = useSayError();
  const [added, setAdded] = useState<readonly string[]>([]);
  const policy = useHost("policy.get", {});
  const tools = useHost("tools.list", {});
  const folders = useMemo(() => policyFolders(policy.data?.policy ?? null, added), [policy.data, added]);
  const matrix = useHost("policy.matrix", policy.data === undefined ? null : { folders });
  const check = useHost("policy.check", { path: null, call: null });
  const reload = () => {
    policy.reload();
    matrix.reload();
    check.reload();
  };
  const change = (changing: Promise<unknown>) => void changing.then(reload, sayError);

  async function addFolder() {
    const { paths } = await shell.call("files.pick", { purpose: "folder", multiple: false });
    setAdded((before) => [...before, ...paths]);
  }

  const failed = policy.error ?? tools.error ?? matrix.error;
  if (failed !== undefined) {
    return (
      <Page title={text("rail.agents")}>
        <ErrorState error={failed} onRetry={reload} />
      </Page>
    );
  }
  const inForce = policy.data?.policy ?? null;
  return (
    <Page title={text("rail.agents")} lead={text("agents.lead")}>
      <div className={styles["view"]}>
        {policy.data?.fault != null && (
          <Banner meaning="refused">
            {text("agents.fault")} {policy.data.fault}
          </Banner>
        )}
        {(check.data?.warnings ?? []).map((warning) => (
          <Banner key={warning} meaning="attention">
            {warning}
          </Banner>
        ))}
        <Section
          title={text("agents.matrix.title")}
          lead={text("agents.matrix.lead")}
          actions={
            kiosk === null && (
              <Button icon={<FolderPlus />} onClick={() => void addFolder().catch(sayError)}>
                {text("agents.addFolder")}
              </Button>
            )
          }
        >
          {matrix.data === undefined || tools.data === undefined ? (
            <Skeleton rows={8} waitsFor={text("agents.waits")} />
          ) : (
            <PolicyMatrix
              agents={matrix.data.agents}
              tools={tools.data.tools}
              folders={folders}
              cells={matrix.data.cells}
              policy={inForce}
              onSet={(rule) => change(call("policy.setRule", rule))}
            />
          )}
        </Section>
        {inForce !== null && (
          <>
            <Section
              title={text("agents.level.title")}
              lead={text("agents.level.lead")}
              actions={
                <Select
                  label={text("agents.level.title")}
                  value={inForce.minimumLevel}
                  onChange={(level) => change(call("policy.setMinimumLevel", { level }))}
                  options={sandboxLevel.options.map((value) => ({ value, label: text(`agents.level.${value}`) }))}
                />
              }
            >
              {null}
            </Section>
            <Section title={text("agents.rules.title")} lead={text("agents.rules.lead")}>
              <RuleList rules={inForce.rules} />
              <p className={styles["file"]}>{text("agents.rules.file", { path: policy.data?.path ?? "" })}</p>
            </Section>
          </>
        )}
      </div>
    </Page>
  );
}
