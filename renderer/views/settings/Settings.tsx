import { MicrophoneCheck } from "../../audio/MicrophoneCheck.tsx";
import { useAllCommands } from "../../app/commands.tsx";
import { navigate } from "../../app/route.ts";
import { usePreferences } from "../../app/use-preferences.tsx";
import { useShell } from "../../app/use-shell.tsx";
import { useHost } from "../../bridge/use-host.ts";
import { useText } from "../../text/text.tsx";
import { Banner } from "../../ui/Banner.tsx";
import { Button } from "../../ui/Button.tsx";
import { ErrorState } from "../../ui/ErrorState.tsx";
import { FieldRow } from "../../ui/FieldRow.tsx";
import { Page, Section } from "../../ui/Page.tsx";
import { Skeleton } from "../../ui/Skeleton.tsx";
import { RevealButton } from "../home/MachineFacts.tsx";
import { AnchorRow } from "./AnchorRow.tsx";
import { LanguageRow, ScaleRow, ThemeRow } from "./AppearanceRows.tsx";
import { ModelRows } from "./ModelRows.tsx";
import styles from "./Settings.module.css";

/** How one person wants it. Each change holds at once. */
export function Settings() {
  const text = useText();
  const { kiosk } = useShell();
  const { known } = usePreferences();
  const settings = useHost("settings.get", known ? null : {});
  if (!known) {
    return (
      <Page title={text("rail.settings")}>
        {settings.error === undefined ? (
          <Skeleton rows={8} waitsFor={text("settings.waits")} />
        ) : (
          <ErrorState error={settings.error} onRetry={settings.reload} />
        )}
      </Page>
    );
  }
  return (
    <Page title={text("rail.settings")} lead={text("settings.lead")}>
      <Section title={text("settings.look")}>
        <div className={styles["rows"]}>
          <LanguageRow />
          <ThemeRow />
          <ScaleRow />
        </div>
      </Section>
      {kiosk === null ? <ForOnePerson /> : <Banner meaning="neutral">{text("settings.isKiosk")}</Banner>}
    </Page>
  );
}

/** What is the business of whoever sits at this machine every day, and of no stranger at a kiosk. */
function ForOnePerson() {
  const text = useText();
  const { preferences, change } = usePreferences();
  const about = useHost("about.get", {});
  const sheet = useAllCommands().find(({ id }) => id === "shortcuts");
  return (
    <>
      <Section title={text("settings.sound")}>
        <div className={styles["padded"]}>
          <MicrophoneCheck label={preferences.microphone} onChoose={(microphone) => change({ microphone })} />
        </div>
      </Section>
      <Section title={text("settings.models")}>
        <div className={styles["rows"]}>
          <ModelRows />
        </div>
      </Section>
      <Section title={text("settings.data")}>
        <div className={styles["rows"]}>
          <FieldRow label={text("settings.dataFolder")} hint={about.data?.dataFolder ?? ""}>
            {about.data !== undefined && <RevealButton path={about.data.dataFolder} />}
          </FieldRow>
          <AnchorRow />
        </div>
      </Section>
      <Section title={text("settings.help")}>
        <div className={styles["rows"]}>
          {sheet !== undefined && (
            <FieldRow label={text("shortcuts.title")} hint={text("settings.keysHint")}>
              <Button onClick={sheet.run}>{text("settings.showKeys")}</Button>
            </FieldRow>
          )}
          <FieldRow label={text("settings.again")} hint={text("settings.againHint")}>
            <Button
              onClick={() => {
                change({ welcomed: false });
                navigate({ view: "home" });
              }}
            >
              {text("settings.againButton")}
            </Button>
          </FieldRow>
          <FieldRow label={text("settings.kiosk")} hint={text("settings.kioskHint")}>
            {null}
          </FieldRow>
        </div>
      </Section>
    </>
  );
}
