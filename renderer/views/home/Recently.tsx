import { AudioLines, MessagesSquare } from "lucide-react";
import { hrefOf } from "../../app/route.ts";
import { useHost, useHostEvent } from "../../bridge/use-host.ts";
import { useText } from "../../text/text.tsx";
import { Progress } from "../../ui/Progress.tsx";
import styles from "./Recently.module.css";

/** So many of each. */
const shown = 4;

/** What is being worked on, and the last conversations and recordings: one step back into them. */
export function Recently() {
  const text = useText();
  const jobs = useHost("jobs.list", {});
  const recordings = useHost("recordings.list", {});
  const conversations = useHost("conversations.list", { query: null, limit: shown });
  useHostEvent("job.changed", (view) => {
    jobs.put(({ jobs: before }) => ({
      jobs: before.some(({ job }) => job.id === view.job.id)
        ? before.map((one) => (one.job.id === view.job.id ? view : one))
        : [...before, view],
    }));
  });
  useHostEvent("list.changed", ({ what }) => {
    if (what === "jobs") jobs.reload();
    if (what === "recordings") recordings.reload();
    if (what === "conversations") conversations.reload();
  });
  const running = (jobs.data?.jobs ?? []).filter(({ job }) => job.status === "running" || job.status === "queued");
  const last = (recordings.data?.recordings ?? [])
    .toSorted((a, b) => b.addedAt.localeCompare(a.addedAt))
    .slice(0, shown);
  const talks = (conversations.data?.conversations ?? []).slice(0, shown);
  return (
    <div className={styles["recently"]}>
      {running.length > 0 && (
        <section aria-label={text("home.recent.running")}>
          <h3 className={styles["heading"]}>{text("home.recent.running")}</h3>
          <ul className={styles["list"]}>
            {running.slice(0, shown).map(({ job, title, timeLeftMs, transcriptId }) => (
              <li key={job.id}>
                <a className={styles["link"]} href={hrefOf({ view: "recordings", id: transcriptId })} draggable={false}>
                  <span className={styles["name"]}>{title}</span>
                  <span className={styles["when"]}>
                    {job.status === "queued"
                      ? text("home.recent.waits")
                      : timeLeftMs === null
                        ? ""
                        : text("home.recent.left", { time: text.duration(timeLeftMs) })}
                  </span>
                </a>
                {job.status === "running" && (
                  <Progress
                    label={title}
                    share={job.progress.total > 0 ? job.progress.done / job.progress.total : null}
                  />
                )}
              </li>
            ))}
          </ul>
        </section>
      )}
      <section aria-label={text("home.recent.conversations")}>
        <h3 className={styles["heading"]}>{text("home.recent.conversations")}</h3>
        <ul className={styles["list"]}>
          {talks.map(({ id, title, updatedAt }) => (
            <li key={id}>
              <a className={styles["link"]} href={hrefOf({ view: "chat", id })} draggable={false}>
                <span className={styles["name"]}>{title}</span>
                <span className={styles["when"]}>{shortDate(updatedAt, text.language)}</span>
              </a>
            </li>
          ))}
          <li>
            <a className={styles["first"]} href={hrefOf({ view: "chat" })} draggable={false}>
              <MessagesSquare aria-hidden="true" />
              {text(
                conversations.data !== undefined && talks.length === 0
                  ? "home.recent.firstQuestion"
                  : "home.recent.newQuestion",
              )}
            </a>
          </li>
        </ul>
      </section>
      <section aria-label={text("home.recent.recordings")}>
        <h3 className={styles["heading"]}>{text("home.recent.recordings")}</h3>
        <ul className={styles["list"]}>
          {last.map(({ id, name, addedAt, transcripts }) => (
            <li key={id}>
              <a
                className={styles["link"]}
                href={hrefOf({ view: "recordings", id: transcripts.at(-1)?.id ?? null })}
                draggable={false}
              >
                <span className={styles["name"]}>{name}</span>
                <span className={styles["when"]}>{shortDate(addedAt, text.language)}</span>
              </a>
            </li>
          ))}
          <li>
            <a className={styles["first"]} href={hrefOf({ view: "recordings" })} draggable={false}>
              <AudioLines aria-hidden="true" />
              {text(
                recordings.data !== undefined && last.length === 0
                  ? "home.recent.firstRecording"
                  : "home.recent.allRecordings",
              )}
            </a>
          </li>
        </ul>
      </section>
    </div>
  );
}

/** The time when it was today, else the day. */
function shortDate(iso: string, language: string): string {
  const date = new Date(iso);
  const isToday = date.toDateString() === new Date().toDateString();
  const format: Intl.DateTimeFormatOptions = isToday ? { timeStyle: "short" } : { day: "numeric", month: "short" };
  return new Intl.DateTimeFormat(language, format).format(date);
}
