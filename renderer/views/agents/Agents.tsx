import { FolderPlus, Plus } from "lucide-react";
import { useMemo, useState } from "react";
import { firstAgent } from "../../../src/shared/agent.ts";
import { sandboxLevel } from "../../../src/shared/sandbox.ts";
import { navigate, useRoute } from "../../app/route.ts";
import { useSayError } from "../../app/toasts.tsx";
import { useShell } from "../../app/use-shell.tsx";
import { useAgents } from "../../bridge/use-agents.ts";
import { useCallHost, useConnection, useHost, useHostEvent } from "../../bridge/use-host.ts";
import { useText } from "../../text/text.tsx";
import { Banner } from "../../ui/Banner.tsx";
import { Button } from "../../ui/Button.tsx";
import { ErrorState } from "../../ui/ErrorState.tsx";
import { Page, Section } from "../../ui/Page.tsx";
import { Select } from "../../ui/Select.tsx";
import { Skeleton } from "../../ui/Skeleton.tsx";
import { AgentForm } from "./AgentForm.tsx";
import { AgentList } from "./AgentList.tsx";
import styles from "./Agents.module.css";
import { policyFolders } from "./policy-folders.ts";
import { type CellPlace, PolicyMatrix } from "./PolicyMatrix.tsx";
import { RemoveAgentDialog } from "./RemoveAgentDialog.tsx";
import { RuleList } from "./RuleList.tsx";
import { useAgentActs } from "./use-agent-acts.ts";

/** Who answers here, and which tool each may use on which folder, and by which rule. */
export function Agents() {
  const text = useText();
  const call = useCallHost();
  const { shell } = useConnection();
  const { kiosk } = useShell();
  const sayError = useSayError();
  const { id, at } = useRoute();
  const [added, setAdded] = useState<readonly string[]>([]);
  const { agents, known, error, reload: reloadAgents } = useAgents();
  const acts = useAgentActs(reloadAgents);
  const policy = useHost("policy.get", {});
  const tools = useHost("tools.list", {});
  const folder = at["folder"];
  const folders = useMemo(
    () => policyFolders(policy.data?.policy ?? null, folder === undefined ? added : [...added, folder]),
    [policy.data, added, folder],
  );
  const agent = agents.find((one) => one.id === id)?.id ?? firstAgent;
  const matrix = useHost("policy.matrix", policy.data === undefined || !known ? null : { folders, agent });
  const check = useHost("policy.check", { path: null, call: null });
  const reload = () => {
    reloadAgents();
    policy.reload();
    tools.reload();
    matrix.reload();
    check.reload();
  };
  useHostEvent("list.changed", ({ what }) => {
    if (what === "policy" || what === "servers" || what === "agents") reload();
  });
  const change = (changing: Promise<unknown>) => void changing.then(reload, sayError);

  async function addFolder() {
    const { paths } = await shell.call("files.pick", { purpose: "folder", multiple: false });
    setAdded((before) => [...before, ...paths]);
  }

  const failed = error ?? policy.error ?? tools.error ?? matrix.error;
  if (failed !== undefined) {
    return (
      <Page title={text("rail.agents")}>
        <ErrorState error={failed} onRetry={reload} />
      </Page>
    );
  }
  const inForce = policy.data?.policy ?? null;
  const titleOf = (name: string) => agents.find((one) => one.id === name)?.title ?? name;
  const chosen = at["tool"] === undefined ? null : { tool: at["tool"], folder: folder ?? null };
  const choose = (place: CellPlace | null) =>
    navigate({
      ...{ view: "agents", id: agent },
      at: place === null ? {} : { tool: place.tool, ...(place.folder === null ? {} : { folder: place.folder }) },
    });
  const rule = Number(at["rule"] ?? Number.NaN);
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
          title={text("agents.list")}
          lead={text("agents.list.lead")}
          actions={
            kiosk === null && (
              <Button icon={<Plus />} onClick={() => acts.edit(null)}>
                {text("agents.new")}
              </Button>
            )
          }
        >
          {known ? (
            <AgentList
              agents={agents}
              chosen={agent}
              onEdit={kiosk === null ? acts.edit : undefined}
              onRemove={kiosk === null ? acts.askToRemove : undefined}
            />
          ) : (
            <Skeleton rows={2} waitsFor={text("agents.list.waits")} />
          )}
          {acts.editing !== undefined && (
            <AgentForm
              key={acts.editing?.id ?? ""}
              agent={acts.editing}
              agents={agents}
              saving={acts.saving}
              onSave={acts.save}
              onCancel={acts.cancel}
            />
          )}
        </Section>
        <Section
          title={text("agents.matrix.title", { agent: titleOf(agent) })}
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
              key={agent}
              agent={agent}
              title={titleOf(agent)}
              tools={tools.data.tools}
              folders={folders}
              cells={matrix.data.cells}
              policy={inForce}
              chosen={chosen}
              onChoose={choose}
              onSet={kiosk === null ? (one) => change(call("policy.setRule", one)) : undefined}
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
              <RuleList rules={inForce.rules} shown={Number.isNaN(rule) ? null : rule} titleOf={titleOf} />
              <p className={styles["file"]}>{text("agents.rules.file", { path: policy.data?.path ?? "" })}</p>
            </Section>
          </>
        )}
        {acts.removing !== null && (
          <RemoveAgentDialog
            agent={acts.removing}
            rules={inForce?.rules.filter((one) => one.agent === acts.removing?.id).length ?? 0}
            onCancel={acts.cancel}
            onRemove={acts.remove}
          />
        )}
      </div>
    </Page>
  );
}
