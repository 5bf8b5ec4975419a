import { expect, test } from "vitest";
import { redacted, redactor } from "./redact.ts";

const secret = 'Bearer s3cr"t/with+signs';
const bare = 's3cr"t/with+signs';

test.each([
  secret,
  bare,
  encodeURIComponent(bare),
  JSON.stringify(bare).slice(1, -1),
  Buffer.from(bare).toString("base64"),
  Buffer.from(secret).toString("base64url"),
])("%s is taken out wherever it is", (form) => {
  const before = { text: `a ${form} b`, [form]: [form, 1, null, true, { deep: `${form}${form}` }] };
  const copy = structuredClone(before);
  expect(redactor([secret])(before)).toEqual({
    text: `a ${redacted} b`,
    [redacted]: [redacted, 1, null, true, { deep: `${redacted}${redacted}` }],
  });
  expect(before).toEqual(copy);
});

test("of basic authentication the password is taken out, too", () => {
  const basic = `Basic ${Buffer.from("ann:open-sesame").toString("base64")}`;
  expect(redactor([basic])("the password is open-sesame, of ann:open-sesame")).toBe(
    `the password is ${redacted}, of ${redacted}`,
  );
});

test("short words, and answers without a secret, stay", () => {
  expect(redactor(["abc"])("abc")).toBe("abc");
  expect(redactor([secret])({ text: "Bearer of news" })).toEqual({ text: "Bearer of news" });
  expect(redactor([])(secret)).toBe(secret);
});
