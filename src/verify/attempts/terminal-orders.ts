/** What a terminal would obey if it were shown as it is. It is an order while it holds one of `signs`. */
export const terminalOrders: readonly {
  readonly what: string;
  readonly text: string;
  readonly signs: readonly string[];
}[] = [
  { what: "colour and clearing", text: "\u001b[2J\u001b[31mx", signs: ["\u001b"] },
  { what: "the clipboard (OSC 52)", text: "\u001b]52;c;cm0gLXJmIH4=\u0007", signs: ["\u001b", "\u0007"] },
  {
    what: "a link with another text (OSC 8)",
    text: "\u001b]8;;file:///etc\u001b\\safe\u001b]8;;\u001b\\",
    signs: ["\u001b"],
  },
  { what: "the window's title", text: "\u001b]0;title\u0007", signs: ["\u001b", "\u0007"] },
  { what: "C1 controls", text: "\u009b2J\u009d0;x\u009c", signs: ["\u009b", "\u009c", "\u009d"] },
  { what: "the direction of reading", text: "file\u202Egpj.exe\u2066x", signs: ["\u202e", "\u2066"] },
  { what: "a return over the line", text: "rm -rf ~\rls      ", signs: ["\r"] },
  { what: "device control (DCS)", text: "\u001bP+q544e\u001b\\", signs: ["\u001b"] },
];
