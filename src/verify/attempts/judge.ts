/** What one attempt says of itself. */
export interface Verdict {
  readonly escaped: boolean;
  readonly why: string;
}

/** Everything known about one attempt by one person. */
export interface Observed {
  /** Undefined: it said nothing, which proves nothing. */
  readonly control: Verdict | undefined;
  readonly sealed: Verdict | undefined;
  /** What the host saw of it, where it can see: a datagram that arrived, a file that lies there. */
  readonly seen?: { readonly control: boolean; readonly sealed: boolean } | undefined;
}

export interface Expected {
  /** The reason for which it is stopped. Another one means that the attempt did not come as far as it should have. */
  readonly stoppedBy: RegExp;
  /** Why the control cannot escape on some machines or for some users, by what it then says. */
  readonly noControl?: readonly { readonly when: RegExp; readonly reason: string }[] | undefined;
  /** Why it is known not to be stopped here. Listed in docs/threat-model.md. */
  readonly listed?: string | undefined;
}

export interface Finding {
  readonly state: "stopped" | "stopped, no control" | "listed" | "FAILED";
  readonly why: string;
}

/** Decides what an attempt has proven. Without a control that escapes, a stop proves nothing and is no pass. */
export function judge(expected: Expected, { control, sealed, seen }: Observed): Finding {
  if (control === undefined) return failed("the control said nothing");
  const lack = control.escaped ? undefined : expected.noControl?.find(({ when }) => when.test(control.why));
  if (!control.escaped && lack === undefined) return failed(`the control did not escape: ${control.why}`);
  if (control.escaped && seen !== undefined && !seen.control) return failed("the host did not see the control escape");
  if (sealed === undefined) return failed("sealed, it said nothing");
  if (sealed.escaped || seen?.sealed === true) {
    if (expected.listed !== undefined) return { state: "listed", why: `${expected.listed}: ${sealed.why}` };
    return failed(`NOT STOPPED: ${sealed.why}${seen?.sealed === true ? ", and the host saw it" : ""}`);
  }
  if (!expected.stoppedBy.test(sealed.why)) return failed(`stopped for a reason of another kind: ${sealed.why}`);
  return lack === undefined
    ? { state: "stopped", why: sealed.why }
    : { state: "stopped, no control", why: `${sealed.why} (no control: ${lack.reason})` };
}

function failed(why: string): Finding {
  return { state: "FAILED", why };
}

/** The verdicts that the attempts program printed, in their order. Whatever else stands there is passed over. */
export function verdictsIn(stdout: string): (Verdict & { readonly name: string })[] {
  return stdout
    .split("\n")
    .filter((line) => line.startsWith('{"name":'))
    .map((line) => JSON.parse(line) as Verdict & { name: string });
}
