import { ShieldAlert, ShieldCheck } from "lucide-react";
import { useHostState } from "../bridge/use-host.ts";
import { useSeal } from "../bridge/use-seal.ts";
import { useText } from "../text/text.tsx";
import { hrefOf } from "./route.ts";
import styles from "./Seal.module.css";
import { useShell } from "./use-shell.tsx";

/** Whether anything can leave this machine, how well tools are sealed, and who is here. Only what was looked at. */
export function Seal() {
  const text = useText();
  const { user, kiosk } = useShell();
  const { state } = useHostState();
  const { data } = useSeal();
  const sealed = data !== undefined && data.network === "none" && data.openings.length === 0;
  const Shield = sealed ? ShieldCheck : ShieldAlert;
  const words =
    state !== "running" || data === undefined
      ? text("seal.looking")
      : data.network === "none"
        ? data.openings.length === 0
          ? text("seal.sealed")
          : text("seal.openings", { count: data.openings.length })
        : text("seal.reachable");
  return (
    <a
      className={styles["seal"]}
      data-state={data === undefined ? "looking" : sealed ? "sealed" : "open"}
      href={hrefOf({ view: "home", at: { part: "seal" } })}
      draggable={false}
    >
      <span className={styles["top"]}>
        <Shield aria-hidden="true" />
        <strong>{words}</strong>
      </span>
      {data !== undefined && (
        <span className={styles["line"]}>
          {text("seal.level", { level: data.sandbox.level, time: text.date(data.sandbox.probedAt) })}
        </span>
      )}
      {kiosk === null && <span className={styles["line"]}>{text("seal.user", { user })}</span>}
    </a>
  );
}
