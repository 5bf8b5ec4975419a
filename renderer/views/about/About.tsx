import { useEffect, useMemo, useRef, useState } from "react";
import { useShell } from "../../app/use-shell.tsx";
import { useHost } from "../../bridge/use-host.ts";
import { useText } from "../../text/text.tsx";
import { ErrorState } from "../../ui/ErrorState.tsx";
import { Facts } from "../../ui/Facts.tsx";
import { Page, Section } from "../../ui/Page.tsx";
import { Skeleton } from "../../ui/Skeleton.tsx";
import { SearchField } from "../../ui/TextField.tsx";
import { RevealButton } from "../home/MachineFacts.tsx";
import styles from "./About.module.css";
import { LicencePane } from "./LicencePane.tsx";
import { NeverList } from "./NeverList.tsx";

/** What this program is made of, what it never does, and the licences of its parts. */
export function About() {
  const text = useText();
  const shell = useShell();
  const { data, error, reload } = useHost("about.get", {});
  const [query, setQuery] = useState("");
  const [open, setOpen] = useState<string>();
  const opener = useRef<HTMLElement>(null);
  // One package may be in the program in several places.
  const licences = useMemo(
    () => [...new Map((data?.licences ?? []).map((one) => [`${one.name} ${one.version}`, one])).values()],
    [data],
  );
  const found = useMemo(() => {
    const words = query.toLowerCase();
    return licences.filter(({ name, licence }) => `${name} ${licence}`.toLowerCase().includes(words));
  }, [licences, query]);
  useEffect(() => {
    if (open === undefined) opener.current?.focus();
  }, [open]);
  if (error !== undefined && data === undefined) {
    return (
      <Page title={text("rail.about")}>
        <ErrorState error={error} onRetry={reload} />
      </Page>
    );
  }
  return (
    <Page title={text("rail.about")} lead={text("about.lead")} fixed>
      <div className={styles["columns"]}>
        <div className={styles["main"]}>
          <Section title={text("about.never")}>
            <NeverList />
          </Section>
          <Section title={text("about.made")}>
            {data === undefined ? (
              <Skeleton rows={5} />
            ) : (
              <div className={styles["facts"]}>
                <Facts
                  facts={[
                    { name: "Indoors", value: shell.appVersion },
                    { name: "Electron", value: shell.electron },
                    { name: "Chromium", value: shell.chromium },
                    { name: "Node", value: data.node },
                    { name: text("about.data"), value: data.dataFolder },
                  ]}
                />
                <RevealButton path={data.dataFolder} />
              </div>
            )}
          </Section>
          <Section
            title={text("about.licences")}
            {...(data === undefined ? {} : { lead: text("about.licencesLead", { count: licences.length }) })}
          >
            {data === undefined ? (
              <Skeleton rows={8} />
            ) : licences.length === 0 ? (
              <p className={styles["soft"]}>{text("about.noLicences")}</p>
            ) : (
              <>
                <div className={styles["search"]}>
                  <SearchField label={text("about.search")} value={query} onChange={setQuery} />
                </div>
                <p className="visually-hidden" role="status">
                  {text("about.found", { count: found.length })}
                </p>
                {found.length === 0 && <p className={styles["soft"]}>{text("about.nothing", { query })}</p>}
                <ul className={styles["list"]}>
                  {found.map(({ name, version, licence }) => (
                    <li key={`${name} ${version}`}>
                      <button
                        type="button"
                        className={styles["row"]}
                        aria-expanded={open === name}
                        onClick={(event) => {
                          opener.current = event.currentTarget;
                          setOpen(open === name ? undefined : name);
                        }}
                      >
                        <span className={styles["name"]}>{name}</span>
                        <span className={styles["soft"]}>{version}</span>
                        <span className={styles["licence"]}>{licence}</span>
                      </button>
                    </li>
                  ))}
                </ul>
              </>
            )}
          </Section>
        </div>
        {open !== undefined && <LicencePane name={open} onClose={() => setOpen(undefined)} />}
      </div>
    </Page>
  );
}
