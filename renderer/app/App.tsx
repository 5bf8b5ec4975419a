import { lazy, Suspense, useEffect } from "react";
import type { ViewName } from "../../src/shared/kiosk.ts";
import { useHostEvent } from "../bridge/use-host.ts";
import { chooseLanguage, TextProvider, useText } from "../text/text.tsx";
import { Button } from "../ui/Button.tsx";
import { EmptyState } from "../ui/EmptyState.tsx";
import { Skeleton } from "../ui/Skeleton.tsx";
import { Questions } from "../views/chat/Questions.tsx";
import { KioskFrame } from "../views/kiosk/KioskFrame.tsx";
import { RecordingBanner } from "../views/recordings/recorder/RecordingBanner.tsx";
import styles from "./App.module.css";
import { CommandsProvider } from "./commands.tsx";
import { ErrorBoundary } from "./ErrorBoundary.tsx";
import { HostBanner } from "./HostBanner.tsx";
import { OpenedFiles } from "./OpenedFiles.tsx";
import { Palette } from "./Palette.tsx";
import { Rail } from "./Rail.tsx";
import { useRoute } from "./route.ts";
import { ShortcutSheet } from "./ShortcutSheet.tsx";
import { ToastsProvider, useSay } from "./toasts.tsx";
import { PreferencesProvider, usePreferences } from "./use-preferences.tsx";
import { useShell } from "./use-shell.tsx";

/** Each view is a file of its own that is read when it is first shown. */
const views: Readonly<Record<ViewName, React.LazyExoticComponent<() => React.JSX.Element>>> = {
  home: lazy(async () => ({ default: (await import("../views/home/Home.tsx")).Home })),
  chat: lazy(async () => ({ default: (await import("../views/chat/Chat.tsx")).Chat })),
  recordings: lazy(async () => ({ default: (await import("../views/recordings/Recordings.tsx")).Recordings })),
  agents: lazy(async () => ({ default: (await import("../views/agents/Agents.tsx")).Agents })),
  connections: lazy(async () => ({ default: (await import("../views/connections/Connections.tsx")).Connections })),
  audit: lazy(async () => ({ default: (await import("../views/audit/Audit.tsx")).Audit })),
  models: lazy(async () => ({ default: (await import("../views/models/Models.tsx")).Models })),
  settings: lazy(async () => ({ default: (await import("../views/settings/Settings.tsx")).Settings })),
  about: lazy(async () => ({ default: (await import("../views/about/About.tsx")).About })),
};

/** The window. */
export function App() {
  return (
    <PreferencesProvider>
      <InLanguage />
    </PreferencesProvider>
  );
}

function InLanguage() {
  const { locale, kiosk } = useShell();
  const { preferences } = usePreferences();
  const language = chooseLanguage(preferences.language, locale);
  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);
  return (
    <TextProvider language={language}>
      <ToastsProvider>
        <CommandsProvider>
          {kiosk === null ? (
            <>
              <Frame />
              <Palette />
              <ShortcutSheet />
              <OpenedFiles />
            </>
          ) : (
            <KioskFrame>
              <Frame />
            </KioskFrame>
          )}
        </CommandsProvider>
      </ToastsProvider>
    </TextProvider>
  );
}

function Frame() {
  const text = useText();
  const { view } = useRoute();
  const say = useSay();
  const { kiosk } = useShell();
  const allowed = kiosk === null || kiosk.views.includes(view) ? view : (kiosk.views[0] ?? "home");
  const View = views[allowed];
  useHostEvent("notice", ({ text: sentence }) => say(sentence));
  useEffect(() => {
    document.title = text("app.title", { view: text(`rail.${allowed}`) });
  }, [text, allowed]);
  return (
    <div className={styles["frame"]}>
      <Rail />
      <main className={styles["main"]}>
        <HostBanner />
        <RecordingBanner />
        <ErrorBoundary
          key={allowed}
          fallback={(retry) => (
            <EmptyState
              title={text("app.viewFailed")}
              action={<Button onClick={retry}>{text("common.tryAgain")}</Button>}
            >
              {text("error.safe")}
            </EmptyState>
          )}
        >
          <Suspense fallback={<Skeleton />}>
            <View />
          </Suspense>
        </ErrorBoundary>
      </main>
      <Questions />
    </div>
  );
}
