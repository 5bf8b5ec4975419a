import { useState } from "react";
import type { ServerDetails } from "../../../src/shared/mcp.ts";
import { showHidden } from "../../../src/shared/show-hidden.ts";
import { hrefOf, navigate } from "../../app/route.ts";
import { useSay, useSayError } from "../../app/toasts.tsx";
import { useCallHost, useHost, useHostEvent } from "../../bridge/use-host.ts";
import { useText } from "../../text/text.tsx";
import { Badge } from "../../ui/Badge.tsx";
import { Banner } from "../../ui/Banner.tsx";
import { Button } from "../../ui/Button.tsx";
import { ConfirmDialog } from "../../ui/ConfirmDialog.tsx";
import { ErrorState } from "../../ui/ErrorState.tsx";
import { Page, Section } from "../../ui/Page.tsx";
import { Skeleton } from "../../ui/Skeleton.tsx";
import styles from "./List.module.css";
import { ServerContents } from "./ServerContents.tsx";
import { ServerFacts } from "./ServerFacts.tsx";
import { ServerSettings } from "./ServerSettings.tsx";
import { serverMeaning } from "./state-meaning.ts";
import { ToolList } from "./ToolList.tsx";

/** One server: how it is, what it may reach, and what a person says of each of its tools. */
export function ServerPage({ name }: { readonly name: string }) {
  const text = useText();
  const call = useCallHost();
  const say = useSay();
  const sayError = useSayError();
  const { data, error, reload, put } = useHost("mcp.get", { name });
  const [busy, setBusy] = useState(false);
  const [removing, setRemoving] = useState(false);
  useHostEvent("list.changed", ({ what }) => {
    if (what === "servers") reload();
  });
  const act = (work: Promise<ServerDetails | undefined>) => {
    setBusy(true);
    work
      .then((details) => (details === undefined ? reload() : put(() => details)), sayError)
      .finally(() => setBusy(false));
  };
  const done = async (work: Promise<unknown>) => {
    await work;
    return undefined;
  };
  const remove = () => {
    setRemoving(false);
    const method = data?.server.kind === "perimeter" ? "perimeter.remove" : "mcp.remove";
    call(method, { name }).then(() => {
      say(text("connections.removed", { name }), "good");
      navigate({ view: "connections" });
    }, sayError);
  };

  if (data === undefined) {
    return (
      <Page title={name}>
        {error === undefined ? <Skeleton rows={6} /> : <ErrorState error={error} onRetry={reload} />}
      </Page>
    );
  }
  const { server, tools } = data;
  const isRunning = server.state === "running" || server.state === "starting";
  return (
    <Page
      title={server.name}
      lead={showHidden(server.title)}
      actions={
        <>
          <Button onClick={() => navigate({ view: "connections" })}>{text("common.back")}</Button>
          {server.enabled && (
            <Button
              disabled={busy}
              focusableWhenDisabled
              onClick={() => act(isRunning ? done(call("mcp.stop", { name })) : call("mcp.start", { name }))}
            >
              {text(isRunning ? "connections.stop" : "connections.start")}
            </Button>
          )}
          <Button
            disabled={busy}
            onClick={() =>
              act(done(call("mcp.change", { name, enabled: !server.enabled, settings: null, grants: null })))
            }
          >
            {text(server.enabled ? "connections.switchOff" : "connections.switchOn")}
          </Button>
          {server.kind !== "connector" && (
            <Button kind="danger" onClick={() => setRemoving(true)}>
              {text("common.remove")}
            </Button>
          )}
        </>
      }
    >
      <div className={styles["bar"]} role="status">
        <Badge meaning={serverMeaning(server)}>
          {text(server.enabled ? `connections.state.${server.state}` : "connections.state.off")}
        </Badge>
        <span className={styles["soft"]}>
          {text(`connections.kind.${server.kind}`)} · {showHidden(server.place)}
        </span>
      </div>
      {server.fault !== null && (
        <Banner meaning="refused">
          <span lang="en">{server.fault}</span>
        </Banner>
      )}
      <Section title={text("connections.tools.title")} lead={text("connections.tools.lead")}>
        {tools.length === 0 ? (
          <p className={styles["soft"]}>{text("connections.tools.none")}</p>
        ) : (
          <ToolList server={server.name} tools={tools} onReviewed={(details) => put(() => details)} />
        )}
        <p className={styles["below"]}>
          <a href={hrefOf({ view: "agents" })}>{text("connections.tools.policy")}</a>
        </p>
      </Section>
      <ServerContents details={data} />
      {server.kind === "bundle" && (
        <ServerSettings key={JSON.stringify(server.grants)} server={server} onChanged={reload} />
      )}
      <Section title={text("connections.about")}>
        <ServerFacts server={server} />
      </Section>
      <ConfirmDialog
        title={text("connections.removeTitle", { name })}
        action={text("common.remove")}
        open={removing}
        onClose={() => setRemoving(false)}
        onConfirm={remove}
      >
        {text(server.kind === "bundle" ? "connections.removeBundle" : "connections.removeAddress")}
      </ConfirmDialog>
    </Page>
  );
}
