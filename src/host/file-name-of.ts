/** Characters that some system does not take in a file's name, and those nobody sees. */
const unfit = /[\p{C}\p{Zl}\p{Zp}<>:"/\\|?*]+/gu;

/** A name for a file that every system takes, from words a person or a model wrote. */
export function fileNameOf(words: string, ending: string): string {
  const plain = words.normalize("NFC").replaceAll(unfit, " ").replaceAll(/\s+/gu, " ").trim().slice(0, 80);
  const name = plain.replaceAll(/^[.\s]+|[.\s]+$/gu, "");
  // What Windows keeps for devices, whatever the ending.
  const taken = /^(?:con|prn|aux|nul|com\d|lpt\d)$/iu.test(name.split(".")[0] ?? "");
  return `${name === "" || taken ? `Indoors ${name}`.trim() : name}${ending}`;
}
