import { describe, expect, it, vi } from "vitest";
import { type Ask, nobody, open } from "../testing/open-session.ts";

describe("what a server asks", () => {
  it("a form, and only what was asked for is answered", async () => {
    const asked: unknown[] = [];
    const ask: Ask = {
      ...nobody,
      elicit(params) {
        asked.push(params);
        return { action: "accept", values: { a: "x", more: "y" } };
      },
    };
    const { server } = await open({}, ask);
    const requestedSchema = { type: "object", properties: { a: { type: "string", title: "A" } }, required: ["a"] };
    server.say({ id: "q", method: "elicitation/create", params: { message: "?", requestedSchema } });
    await vi.waitFor(() => expect(server.sent.at(-1)).toMatchObject({ id: "q", result: { action: "accept" } }));
    expect(server.sent.at(-1)).toMatchObject({ result: { content: { a: "x" } } });
    expect(asked).toMatchObject([{ message: "?", fields: [{ key: "a", title: "A", required: true }] }]);
  });

  it("no address is opened for it", async () => {
    const { server } = await open({});
    const params = { mode: "url", message: "?", url: "https://example.org", elicitationId: "e" };
    server.say({ id: 1, method: "elicitation/create", params });
    await vi.waitFor(() => expect(server.sent.at(-1)).toMatchObject({ id: 1, error: { code: -32_602 } }));
  });

  it("text of the model, when the host lets it", async () => {
    const seen: unknown[] = [];
    const ask: Ask = {
      ...nobody,
      sample(params) {
        seen.push(params);
        return { text: "said", model: "m", stop: "max-tokens" };
      },
    };
    const { server } = await open({}, ask);
    const messages = [{ role: "user", content: { type: "text", text: "q" } }];
    server.say({ id: 1, method: "sampling/createMessage", params: { messages, maxTokens: 1e9, systemPrompt: "s" } });
    await vi.waitFor(() =>
      expect(server.sent.at(-1)).toMatchObject({
        id: 1,
        result: { content: { text: "said" }, stopReason: "maxTokens" },
      }),
    );
    expect(seen).toEqual([{ system: "s", messages: [{ role: "user", text: "q" }], maxTokens: 4096 }]);

    const image = [{ role: "user", content: { type: "image", data: "AA==", mimeType: "image/png" } }];
    server.say({ id: 2, method: "sampling/createMessage", params: { messages: image, maxTokens: 5 } });
    await vi.waitFor(() => expect(server.sent.at(-1)).toMatchObject({ id: 2, error: { code: -32_602 } }));
    expect(seen).toHaveLength(1);
  });

  it("is told when the host refuses", async () => {
    const { server } = await open({});
    const messages = [{ role: "user", content: { type: "text", text: "q" } }];
    server.say({ id: 1, method: "sampling/createMessage", params: { messages, maxTokens: 5 } });
    await vi.waitFor(() => expect(server.sent.at(-1)).toMatchObject({ id: 1, error: { message: "No." } }));
  });

  it("roots: there are none", async () => {
    const { server } = await open({});
    server.say({ id: 1, method: "roots/list" });
    await vi.waitFor(() => expect(server.sent.at(-1)).toMatchObject({ id: 1, result: { roots: [] } }));
    server.say({ id: 2, method: "files/read" });
    await vi.waitFor(() => expect(server.sent.at(-1)).toMatchObject({ id: 2, error: { code: -32_601 } }));
  });

  it("no more than eight things at a time", async () => {
    let asked = 0;
    const ask: Ask = {
      ...nobody,
      elicit() {
        asked++;
        return new Promise(() => {});
      },
    };
    const { server } = await open({}, ask);
    const params = { message: "?", requestedSchema: { type: "object", properties: {} } };
    for (let id = 0; id < 20; id++) server.say({ id, method: "elicitation/create", params });
    await vi.waitFor(() => expect(asked).toBe(8));
    expect(server.sent.filter((message) => "error" in message)).toHaveLength(12);
  });
});
