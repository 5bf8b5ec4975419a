import { describe, expect, it } from "vitest";
import { checkArguments } from "./argument-schema.ts";
import type { ArgumentSpec } from "./tool.ts";

const accepts = (spec: ArgumentSpec, value: unknown) =>
  checkArguments({ it: { ...spec, description: "" } }, { it: value }).ok;

describe("checkArguments", () => {
  const cases: readonly [ArgumentSpec, readonly unknown[], readonly unknown[]][] = [
    [
      { kind: "path", of: "file" },
      ["docs/a.txt", "docs/a b..c.txt", "docs/.../x"],
      [
        "",
        "docs/",
        "/etc/passwd",
        "docs/../x",
        "..",
        "C:\\x",
        "\\\\server\\x",
        "~/x",
        "docs/a\0.txt",
        3,
        "x".repeat(1025),
      ],
    ],
    [{ kind: "path", of: "folder" }, ["docs", "docs/"], ["../docs", ""]],
    [{ kind: "span" }, ["budget"], ["", 1, null]],
    [{ kind: "recording" }, ["r1"], ["", {}]],
    [{ kind: "column" }, ["Amount"], [""]],
    [{ kind: "choice", values: ["a", "b"] }, ["a"], ["c", "", "constructor"]],
    [{ kind: "number" }, [1.5, -2], ["1", Number.NaN, Number.POSITIVE_INFINITY]],
    [{ kind: "number", integer: true, min: 1, max: 3 }, [1, 3], [0, 4, 1.5]],
    [{ kind: "boolean" }, [true], ["true", 1]],
    [{ kind: "date" }, ["2028-02-29"], ["2026-02-29", "23.11.2026", "2026-1-1"]],
    [{ kind: "text", maxLength: 3 }, ["abc"], ["abcd", ""]],
    [{ kind: "list", of: "number" }, [[], [1]], [["1"], 1]],
    [{ kind: "list", of: "span" }, [["a"]], [[""], [1]]],
  ];
  it.each(cases)("%j", (spec, good, bad) => {
    for (const value of good) expect([value, accepts(spec, value)]).toEqual([value, true]);
    for (const value of bad) expect([value, accepts(spec, value)]).toEqual([value, false]);
  });

  it("says which argument is wrong and how", () => {
    const specs = {
      date: { kind: "date", description: "" },
      amount: { kind: "number", description: "", optional: true },
    } as const;
    const message = (given: unknown) => {
      const checked = checkArguments(specs, given);
      return checked.ok ? "ok" : checked.message;
    };
    expect(message({ date: "2026-11-23" })).toBe("ok");
    expect(message({})).toBe("date is missing.");
    expect(message({ date: "soon", amount: "x" })).toBe(
      "date must be a calendar day such as 2026-11-23; amount must be a number.",
    );
    expect(message({ date: "2026-11-23", days: 1 })).toBe("there is no argument days (there is: date, amount).");
    expect(message(JSON.parse('{"date": "2026-11-23", "__proto__": {"amount": 1}}'))).toContain("__proto__");
    expect(message("2026-11-23")).toBe("the arguments must be an object.");
  });

  it("takes null for a missing optional argument and never for a needed one", () => {
    const specs = { amount: { kind: "number", description: "", optional: true } } as const;
    expect(checkArguments(specs, { amount: null })).toEqual({ ok: true, arguments: { amount: undefined } });
    expect(accepts({ kind: "number" }, null)).toBe(false);
  });
});
