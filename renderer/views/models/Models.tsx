import { useCallback, useMemo, useState } from "react";
import type { ModelStatus } from "../../../src/shared/host-contract.ts";
import type { ModelRole } from "../../../src/shared/model.ts";
import { useCommands } from "../../app/commands.tsx";
import { useRoute } from "../../app/route.ts";
import { useSay, useSayError } from "../../app/toasts.tsx";
import { usePreferences } from "../../app/use-preferences.tsx";
import { useShell } from "../../app/use-shell.tsx";
import { useCallHost, useHost, useHostEvent } from "../../bridge/use-host.ts";
import { useText } from "../../text/text.tsx";
import { Banner } from "../../ui/Banner.tsx";
import { Button } from "../../ui/Button.tsx";
import { ConfirmDialog } from "../../ui/ConfirmDialog.tsx";
import { ErrorState } from "../../ui/ErrorState.tsx";
import { Page, Section } from "../../ui/Page.tsx";
import { Progress } from "../../ui/Progress.tsx";
import { Skeleton } from "../../ui/Skeleton.tsx";
import { useReadiness } from "../home/use-readiness.ts";
import { defaultModel, isChosenRole } from "./default-model.ts";
import { ImportPanel } from "./ImportPanel.tsx";
import { ModelRow } from "./ModelRow.tsx";
import styles from "./Models.module.css";
import { useVerify } from "./use-verify.ts";

const roles: readonly ModelRole[] = ["speech", "chat", "voice-activity", "ocr", "embedding", "sample"];

/** The models on this machine: what each is for, whether it is whole, how it fits and how fast it is here. */
export function Models() {
  const text = useText();
  const route = useRoute();
  const say = useSay();
  const sayError = useSayError();
  const call = useCallHost();
  const { preferences, change } = usePreferences();
  // At a kiosk models are looked at; its administrator brings and chooses them.
  const mayChange = useShell().kiosk === null;
  const { data, error, loading, reload, put } = useHost("models.list", {});
  const { data: readiness } = useReadiness();
  const [removing, setRemoving] = useState<string>();
  useHostEvent("list.changed", ({ what }) => {
    if (what === "models") reload();
  });
  const onVerified = useCallback(
    (found: readonly ModelStatus[]) => {
      const fresh = new Map(found.map((status) => [status.model.name, status]));
      put(({ models }) => ({ models: models.map((status) => fresh.get(status.model.name) ?? status) }));
      const bad = found.filter(({ state }) => state === "changed").map(({ model }) => model.name);
      const whole = found.filter(({ state }) => state === "present").length;
      if (bad.length > 0) say(text("models.verifiedBad", { names: bad.join(", ") }), "refused");
      else say(text("models.verified", { count: whole }), "good");
    },
    [put, say, text],
  );
  const verify = useVerify(onVerified);
  const { start } = verify;
  const commands = useMemo(
    () => [
      { id: "models-verify", label: text("models.verifyAll"), group: text("rail.models"), run: () => start(null) },
    ],
    [text, start],
  );
  useCommands(commands);

  const remove = (name: string) => {
    setRemoving(undefined);
    call("models.remove", { name }).then(({ freedBytes }) => {
      say(text("models.removed", { name, freed: text.bytes(freedBytes) }), "good");
      reload();
      document.getElementById("page-title")?.focus();
    }, sayError);
  };

  if (error !== undefined && data === undefined) {
    return (
      <Page title={text("rail.models")}>
        <ErrorState error={error} onRetry={reload} />
      </Page>
    );
  }
  const models = data?.models ?? [];
  const chat = models.filter(({ model, state }) => model.role === "chat" && state !== "missing");
  const onlyStarter = chat.length > 0 && chat.every(({ model }) => model.origin === "default");
  const chosen = { speech: preferences.speechModel, chat: preferences.chatModel };
  return (
    <Page
      title={text("rail.models")}
      lead={text("models.lead")}
      actions={
        <Button disabled={verify.of !== null || models.length === 0} onClick={() => start(null)}>
          {text("models.verifyAll")}
        </Button>
      }
    >
      {verify.of === "all" && (
        <div className={styles["verifying"]}>
          <span role="status">{text("models.verifying", { name: verify.at?.name ?? "…" })}</span>
          <Progress label={text("models.verifyAll")} share={verify.at?.share ?? null} />
          <Button onClick={verify.cancel}>{text("common.cancel")}</Button>
        </div>
      )}
      {mayChange && <ImportPanel takeFocus={route.at["import"] !== undefined} />}
      {loading && <Skeleton rows={6} waitsFor={text("models.waits")} />}
      {roles.map((role) => {
        const ofRole = models.filter(({ model }) => model.role === role);
        if (ofRole.length === 0) return null;
        const used = defaultModel(models, role, isChosenRole(role) ? chosen[role] : null);
        const several = ofRole.filter(({ state }) => state !== "missing" && state !== "changed").length > 1;
        return (
          <Section key={role} title={text(`models.role.${role}`)} lead={text(`models.roleLead.${role}`)}>
            {role === "chat" && onlyStarter && mayChange && (
              <div className={styles["note"]}>
                <Banner meaning="attention">{text("models.starter")}</Banner>
              </div>
            )}
            <ul className={styles["list"]}>
              {ofRole.map((status) => {
                const { name, origin } = status.model;
                return (
                  <ModelRow
                    key={name}
                    status={status}
                    isDefault={isChosenRole(role) && used === name}
                    readiness={readiness}
                    reading={verify.at?.name === name ? verify.at.share : verify.of === name ? 0 : null}
                    onUse={
                      mayChange && isChosenRole(role) && several && status.state !== "changed"
                        ? () => change(role === "speech" ? { speechModel: name } : { chatModel: name })
                        : null
                    }
                    onVerify={() => start(name)}
                    onRemove={mayChange && origin === "imported" ? () => setRemoving(name) : null}
                  />
                );
              })}
            </ul>
          </Section>
        );
      })}
      <ConfirmDialog
        title={text("models.removeTitle", { name: removing ?? "" })}
        action={text("models.remove")}
        open={removing !== undefined}
        onClose={() => setRemoving(undefined)}
        onConfirm={() => removing !== undefined && remove(removing)}
      >
        {text("models.removeWords")}
      </ConfirmDialog>
    </Page>
  );
}
