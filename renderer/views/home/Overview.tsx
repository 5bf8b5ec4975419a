import { useEffect, useMemo, useRef } from "react";
import { useCommands } from "../../app/commands.tsx";
import { useRoute } from "../../app/route.ts";
import { useShell } from "../../app/use-shell.tsx";
import { useSeal } from "../../bridge/use-seal.ts";
import { useText } from "../../text/text.tsx";
import { Button } from "../../ui/Button.tsx";
import { ErrorState } from "../../ui/ErrorState.tsx";
import { Page, Section } from "../../ui/Page.tsx";
import { Skeleton } from "../../ui/Skeleton.tsx";
import { MachineFacts } from "./MachineFacts.tsx";
import styles from "./Overview.module.css";
import { ReadinessList } from "./ReadinessList.tsx";
import { Recently } from "./Recently.tsx";
import { SealPart } from "./SealPart.tsx";
import { useReadiness } from "./use-readiness.ts";

/** What works on this machine, what is sealed, and the way back to what was done last. */
export function Overview() {
  const text = useText();
  const route = useRoute();
  const { kiosk } = useShell();
  const { data, error, measuring, reload, measureAgain } = useReadiness();
  const seal = useSeal();
  const sealPlace = useRef<HTMLDivElement>(null);
  const part = route.at["part"];
  const isSealThere = seal.data !== undefined;
  useEffect(() => {
    if (part !== "seal" || !isSealThere) return;
    sealPlace.current?.scrollIntoView({ block: "start" });
    sealPlace.current?.focus({ preventScroll: true });
  }, [part, isSealThere, route]);
  const commands = useMemo(
    () => [{ id: "home-measure", label: text("home.measureAgain"), group: text("rail.home"), run: measureAgain }],
    [text, measureAgain],
  );
  useCommands(commands);

  if (error !== undefined && data === undefined) {
    return (
      <Page title={text("rail.home")}>
        <ErrorState error={error} onRetry={reload} />
      </Page>
    );
  }
  const missing = data?.items.filter(({ state }) => state === "missing").length ?? 0;
  const limited = data?.items.filter(({ state }) => state === "limited").length ?? 0;
  return (
    <Page
      title={text("rail.home")}
      lead={data === undefined ? text("home.looking") : text("home.summary", { missing, limited })}
      actions={
        <Button disabled={measuring || data === undefined} onClick={measureAgain}>
          {text(measuring ? "home.measuring" : "home.measureAgain")}
        </Button>
      }
    >
      <div className={styles["columns"]}>
        <div className={styles["main"]}>
          <Section title={text("home.works")}>
            {data === undefined ? (
              <Skeleton rows={8} waitsFor={text("home.waits")} />
            ) : (
              <ReadinessList items={data.items} />
            )}
          </Section>
          <div
            ref={sealPlace}
            tabIndex={-1}
            className={styles["seal"]}
            aria-label={text("home.seal.title")}
            role="group"
          >
            <Section title={text("home.seal.title")} lead={text("home.seal.lead")}>
              {seal.data !== undefined && <SealPart seal={seal.data} />}
              {seal.data === undefined && seal.error === undefined && (
                <Skeleton rows={4} waitsFor={text("home.seal.waits")} />
              )}
              {seal.data === undefined && seal.error !== undefined && (
                <ErrorState error={seal.error} onRetry={seal.reload} />
              )}
            </Section>
          </div>
        </div>
        <div className={styles["side"]}>
          {kiosk === null && (
            <Section title={text("home.recent.title")}>
              <Recently />
            </Section>
          )}
          {data !== undefined && (
            <Section title={text("home.machine.title")}>
              <MachineFacts readiness={data} measuring={measuring} />
            </Section>
          )}
        </div>
      </div>
    </Page>
  );
}
