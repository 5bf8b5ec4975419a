import { showHidden } from "../../../src/shared/show-hidden.ts";
import { hrefOf } from "../../app/route.ts";
import { useText } from "../../text/text.tsx";
import { Details } from "../../ui/Details.tsx";
import { useReachable } from "./use-reachable.ts";
import type { Refusal } from "./why-refused.ts";
import styles from "./WhyRefused.module.css";

/** Why a call was refused: the rule and its words, and the place where it can be said otherwise. */
export function WhyRefused({
  refusal: { reason, rule, server },
  agent,
  tool,
  folder,
  print,
}: {
  readonly refusal: Refusal;
  readonly agent: string;
  readonly tool: string;
  /** The one folder that the run could reach; null: none, or several. */
  readonly folder: string | null;
  readonly print: boolean;
}) {
  const text = useText();
  const reachesAgents = useReachable("agents");
  const reachesServers = useReachable("connections");
  const place = { tool, ...(folder === null ? {} : { folder }) };
  const words = (
    <div className={styles["why"]}>
      <p>{showHidden(reason)}</p>
      {server !== null ? (
        <p>
          {text("chat.why.server", { server })}{" "}
          {reachesServers && !print && (
            <a href={hrefOf({ view: "connections", id: server })}>{text("chat.why.toServer", { server })}</a>
          )}
        </p>
      ) : (
        <p>
          {rule === null && `${text("chat.why.noRule")} `}
          {reachesAgents && !print && (
            <>
              {rule !== null && (
                <>
                  <a href={hrefOf({ view: "agents", id: agent, at: { rule: String(rule) } })}>
                    {text("chat.why.toRule", { rule })}
                  </a>
                  {" · "}
                </>
              )}
              <a href={hrefOf({ view: "agents", id: agent, at: place })}>{text("chat.why.toCell")}</a>
            </>
          )}
        </p>
      )}
    </div>
  );
  return print ? words : <Details label={text("chat.why")}>{words}</Details>;
}
