import { Check } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { useRoute } from "../../../app/route.ts";
import { usePreferences } from "../../../app/use-preferences.tsx";
import { useText } from "../../../text/text.tsx";
import { Button } from "../../../ui/Button.tsx";
import { Page } from "../../../ui/Page.tsx";
import { DataStep } from "./DataStep.tsx";
import styles from "./FirstRun.module.css";
import { MicrophoneStep } from "./MicrophoneStep.tsx";
import { ModelsStep } from "./ModelsStep.tsx";
import { SealStep } from "./SealStep.tsx";
import { rememberedStep, rememberStep, type Step, stepBeside, steps } from "./step.ts";
import { WelcomeStep } from "./WelcomeStep.tsx";

const bodies: Readonly<Record<Step, () => React.JSX.Element>> = {
  welcome: WelcomeStep,
  models: ModelsStep,
  microphone: MicrophoneStep,
  seal: SealStep,
  data: DataStep,
};

/** Leads through the first run, step by step. Each can be left out, and it goes on where it was left. */
export function FirstRun() {
  const text = useText();
  const { change } = usePreferences();
  const [step, setStep] = useState(() => rememberedStep(localStorage));
  const heading = useRef<HTMLHeadingElement>(null);
  const moved = useRef(false);
  useEffect(() => {
    rememberStep(localStorage, step);
    // Not at the start: focus is where the person left it then.
    if (moved.current) heading.current?.focus();
  }, [step]);
  const go = (next: Step) => {
    moved.current = true;
    setStep(next);
  };
  const route = useRoute();
  // The seal at the top left leads to its part of this page.
  useEffect(() => {
    if (route.at["part"] === "seal") go("seal");
  }, [route]);
  const done = () => {
    rememberStep(localStorage, null);
    change({ welcomed: true });
  };
  const Body = bodies[step];
  const at = steps.indexOf(step);
  const next = stepBeside(step, 1);
  const before = stepBeside(step, -1);
  return (
    <Page
      title={text("firstRun.title")}
      lead={text("firstRun.at", { step: at + 1, count: steps.length })}
      actions={
        <Button kind="quiet" onClick={done}>
          {text("firstRun.skipAll")}
        </Button>
      }
    >
      <div className={styles["columns"]}>
        <nav aria-label={text("firstRun.steps")}>
          <ol className={styles["steps"]}>
            {steps.map((one, index) => (
              <li key={one}>
                <button
                  type="button"
                  className={styles["step"]}
                  aria-current={one === step ? "step" : undefined}
                  onClick={() => go(one)}
                >
                  <span className={styles["number"]} aria-hidden="true">
                    {index < at ? <Check /> : index + 1}
                  </span>
                  {text(`firstRun.${one}.name`)}
                </button>
              </li>
            ))}
          </ol>
        </nav>
        <section className={styles["body"]} aria-labelledby="first-run-step">
          <h2 id="first-run-step" ref={heading} tabIndex={-1} className={styles["heading"]}>
            {text(`firstRun.${step}.title`)}
          </h2>
          <Body />
          <div className={styles["buttons"]}>
            {before !== undefined && <Button onClick={() => go(before)}>{text("common.back")}</Button>}
            <span className={styles["space"]} />
            {next === undefined ? (
              <Button kind="primary" onClick={done}>
                {text("firstRun.done")}
              </Button>
            ) : (
              <Button kind="primary" onClick={() => go(next)}>
                {text("firstRun.next", { step: text(`firstRun.${next}.name`) })}
              </Button>
            )}
          </div>
        </section>
      </div>
    </Page>
  );
}
