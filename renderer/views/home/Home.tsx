import { usePreferences } from "../../app/use-preferences.tsx";
import { useText } from "../../text/text.tsx";
import { Page } from "../../ui/Page.tsx";
import { Skeleton } from "../../ui/Skeleton.tsx";
import { useShell } from "../../app/use-shell.tsx";
import { Overview } from "./Overview.tsx";
import { FirstRun } from "./first-run/FirstRun.tsx";

/** What works here; before that, once, the way through the first run. Never in a kiosk: its admin set it up. */
export function Home() {
  const text = useText();
  const { preferences, known } = usePreferences();
  const { kiosk } = useShell();
  if (!known) {
    return (
      <Page title={text("rail.home")}>
        <Skeleton rows={6} />
      </Page>
    );
  }
  return preferences.welcomed || kiosk !== null ? <Overview /> : <FirstRun />;
}
