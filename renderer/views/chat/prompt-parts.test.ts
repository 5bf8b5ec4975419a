import { expect, it } from "vitest";
import { promptParts } from "./prompt-parts.ts";

const messages = [{ role: "user", text: "Summarise the ticket." }];

it("shows the whole prompt of a server, what stands before it first", () => {
  expect(promptParts({ system: "Be short.", messages, maxTokens: 100 })).toEqual({
    messages: [{ role: "system", text: "Be short." }, ...messages],
    maxTokens: 100,
  });
  expect(promptParts({ system: null, messages, maxTokens: 100 })?.messages).toEqual(messages);
});

it("does not guess at a form that it does not know: nothing would be left out unseen", () => {
  expect(promptParts({ system: null, messages, maxTokens: 100, more: "hidden" })).toBeNull();
  expect(promptParts({ messages: "text" })).toBeNull();
});
