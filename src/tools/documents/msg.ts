import { createRequire } from "node:module";
import { isSoundCompoundFile } from "./check-compound-file.ts";
import { hiddenNote, visibleText } from "./html.ts";
import { type OpenDocument, type Reading, refusal, wholeDocument } from "./reading.ts";
import { decodeBytes } from "./text-encoding.ts";

/** Opens an Outlook message: who, when, subject, text, and the names of what is attached. Attachments are not opened. */
export function openMsg(reading: Reading): OpenDocument {
  const damaged = () =>
    refusal(reading.name, "It is no Outlook message, or it is damaged.", "Open it in Outlook and save it again.");
  if (!isSoundCompoundFile(reading.bytes)) throw damaged();
  const { default: MsgReader } = createRequire(import.meta.url)(
    "@kenjiuno/msgreader",
  ) as typeof import("@kenjiuno/msgreader");
  const { buffer, byteOffset, byteLength } = reading.bytes;
  let fields;
  try {
    fields = new MsgReader(buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer).getFileData();
  } catch {
    throw damaged();
  }
  if (fields.error !== undefined || fields.dataType !== "msg") throw damaged();
  const people = (kind: string) =>
    (fields.recipients ?? [])
      .filter((one) => (one.recipType ?? "to") === kind)
      .map((one) => person(one.name, one.smtpAddress ?? one.email))
      .join("; ");
  const head = [
    ["From", person(fields.senderName, fields.senderSmtpAddress ?? fields.senderEmail)],
    ["To", people("to")],
    ["Cc", people("cc")],
    ["Sent", fields.clientSubmitTime ?? fields.messageDeliveryTime ?? ""],
    ["Subject", fields.subject ?? ""],
    ["Attachments", (fields.attachments ?? []).map((one) => one.fileName ?? one.name ?? "unnamed").join("; ")],
  ].filter(([, value]) => value !== "");
  const page = fields.bodyHtml ?? (fields.html === undefined ? undefined : decodeBytes(fields.html).text);
  const isPlain = (fields.body ?? "").trim() !== "";
  const { text, hiddenCharacters } =
    isPlain || page === undefined ? { text: fields.body ?? "", hiddenCharacters: 0 } : visibleText(page, reading);
  const lines = [...head.map(([label, value]) => `${label}: ${value}`), "", text.trim()];
  return wholeDocument("an Outlook message", lines.join("\n"), hiddenNote(hiddenCharacters));
}

function person(name = "", address = ""): string {
  if (name === "" || name === address) return address;
  return address === "" ? name : `${name} <${address}>`;
}
