import type { ReactNode } from "react";
import type { SealView } from "../../../src/shared/host-contract.ts";
import type { SandboxCheck } from "../../../src/shared/sandbox.ts";
import { useText } from "../../text/text.tsx";
import { Badge, type Meaning, MeaningIcon } from "../../ui/Badge.tsx";
import { Details } from "../../ui/Details.tsx";
import { checkName } from "./check-name.ts";
import styles from "./SealPart.module.css";

const checkMeanings: Readonly<Record<SandboxCheck["state"], Meaning>> = {
  stopped: "good",
  works: "good",
  escaped: "refused",
  failed: "refused",
  "not-tried": "neutral",
};

/** Whether anything can leave, how well tools are sealed, what is open: as looked at, with every check of the probe. */
export function SealPart({ seal }: { readonly seal: SealView }) {
  const text = useText();
  const { network, detail, sandbox, openings } = seal;
  const { level, checks, missing, launcher, probedAt, runningAsRoot, staging, cgroup } = sandbox;
  const held = checks.filter(({ state }) => state === "stopped" || state === "works").length;
  const levelMeaning = level === "A" ? "good" : level === "B" ? "attention" : "refused";
  return (
    <ul className={styles["list"]}>
      <Line
        title={text("home.seal.network")}
        badge={<Badge meaning={network === "none" ? "good" : "refused"}>{text(`home.seal.network.${network}`)}</Badge>}
      >
        <p>{text(`home.seal.networkWords.${network}`)}</p>
        <Details label={text("home.seal.how")}>
          <p lang="en" className={styles["host"]}>
            {detail}
          </p>
        </Details>
      </Line>
      <Line
        title={text("home.seal.sandbox")}
        badge={<Badge meaning={levelMeaning}>{text("home.seal.level", { level })}</Badge>}
      >
        <p>{text(`home.seal.levelWords.${level}`)}</p>
        <p className={styles["small"]}>
          {text("home.seal.probed", { time: text.date(probedAt), launcher, held, count: checks.length })}
        </p>
        {runningAsRoot && <p className={styles["small"]}>{text("home.seal.root")}</p>}
        <p className={styles["small"]}>{text(staging ? "home.seal.staging" : "home.seal.noStaging")}</p>
        <p className={styles["small"]}>{text(cgroup ? "home.seal.cgroup" : "home.seal.noCgroup")}</p>
        {missing.length > 0 && (
          <>
            <p>{text("home.seal.missing")}</p>
            <ul className={styles["missing"]} lang="en">
              {missing.map((sentence) => (
                <li key={sentence}>{sentence}</li>
              ))}
            </ul>
          </>
        )}
        {checks.length > 0 && (
          <Details label={text("home.seal.checks", { count: checks.length })}>
            <table className={styles["checks"]}>
              <thead className="visually-hidden">
                <tr>
                  <th>{text("home.seal.tried")}</th>
                  <th>{text("home.seal.found")}</th>
                </tr>
              </thead>
              <tbody>
                {checks.map((check) => (
                  <tr key={check.name}>
                    <td>{checkName(text, check.name)}</td>
                    <td>
                      <span className={styles["found"]}>
                        <MeaningIcon meaning={checkMeanings[check.state]} />
                        {text(`home.check.${check.state}`)}
                        {check.detail !== "" && <span className={styles["small"]}>{check.detail}</span>}
                      </span>
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </Details>
        )}
      </Line>
      <Line
        title={text("home.seal.open")}
        badge={
          <Badge meaning={openings.length === 0 ? "good" : "attention"}>
            {openings.length === 0
              ? text("home.seal.nothingOpen")
              : text("home.seal.opened", { count: openings.length })}
          </Badge>
        }
      >
        {openings.length === 0 ? (
          <p>{text("home.seal.nothingOpenWords")}</p>
        ) : (
          <ul className={styles["missing"]} lang="en">
            {openings.map((opening) => (
              <li key={opening}>{opening}</li>
            ))}
          </ul>
        )}
      </Line>
    </ul>
  );
}

function Line({
  title,
  badge,
  children,
}: {
  readonly title: string;
  readonly badge: ReactNode;
  readonly children: ReactNode;
}) {
  return (
    <li className={styles["line"]}>
      <div className={styles["top"]}>
        <h3 className={styles["title"]}>{title}</h3>
        {badge}
      </div>
      <div className={styles["words"]}>{children}</div>
    </li>
  );
}
