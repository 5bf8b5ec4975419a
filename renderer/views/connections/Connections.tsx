import { useRoute } from "../../app/route.ts";
import { useHost, useHostEvent } from "../../bridge/use-host.ts";
import { useText } from "../../text/text.tsx";
import { ErrorState } from "../../ui/ErrorState.tsx";
import { Page, Section } from "../../ui/Page.tsx";
import { Skeleton } from "../../ui/Skeleton.tsx";
import { Connectors } from "./Connectors.tsx";
import { ImportBundle } from "./ImportBundle.tsx";
import { PrivateAddresses } from "./PrivateAddresses.tsx";
import { ServerList } from "./ServerList.tsx";
import { ServerPage } from "./ServerPage.tsx";

/** The systems that agents can reach: sealed here, at a private address, or on a machine that dials in. */
export function Connections() {
  const { id } = useRoute();
  return id === null ? <AllConnections /> : <ServerPage key={id} name={id} />;
}

function AllConnections() {
  const text = useText();
  const servers = useHost("mcp.list", {});
  const perimeter = useHost("perimeter.get", {});
  useHostEvent("list.changed", ({ what }) => {
    if (what === "servers") servers.reload();
    if (what === "perimeter") perimeter.reload();
  });
  const failed = servers.error ?? perimeter.error;
  if (failed !== undefined) {
    const retry = () => {
      servers.reload();
      perimeter.reload();
    };
    return (
      <Page title={text("rail.connections")}>
        <ErrorState error={failed} onRetry={retry} />
      </Page>
    );
  }
  return (
    <Page title={text("rail.connections")} lead={text("connections.lead")}>
      <Section title={text("connections.servers.title")} lead={text("connections.servers.lead")}>
        <ImportBundle onImported={servers.reload} />
        {servers.data === undefined ? <Skeleton rows={3} /> : <ServerList servers={servers.data.servers} />}
      </Section>
      <Section title={text("connections.perimeter.title")} lead={text("connections.perimeter.lead")}>
        {perimeter.data === undefined ? (
          <Skeleton rows={2} />
        ) : (
          <PrivateAddresses perimeter={perimeter.data} onChanged={perimeter.reload} />
        )}
      </Section>
      <Section title={text("connections.connectors.title")} lead={text("connections.connectors.lead")}>
        {perimeter.data === undefined ? (
          <Skeleton rows={2} />
        ) : (
          <Connectors perimeter={perimeter.data} onChanged={perimeter.reload} />
        )}
      </Section>
    </Page>
  );
}
