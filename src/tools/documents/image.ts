import { imageSize } from "./image-size.ts";
import { type OpenDocument, overLimit, type Reading, refusal } from "./reading.ts";

/** An A3 page at 300 dots per inch has 17 million; the picture is unpacked to a few bytes for each of them. */
export const mostPixels = 40_000_000;

/** Opens a picture: what can be read on it. */
export function openImage(reading: Reading): OpenDocument {
  const { name, bytes, ocr } = reading;
  const size = imageSize(bytes);
  if (size === undefined || size.width === 0 || size.height === 0) {
    throw refusal(name, "It is a picture that is damaged or of an unknown kind.", "Save it as PNG and try again.");
  }
  if (size.width * size.height > mostPixels) {
    throw overLimit(
      name,
      `It is a picture of ${size.width} × ${size.height} pixels; at most ${mostPixels / 1e6} million can be read.`,
      "Save it smaller and try again.",
    );
  }
  return {
    kind: "a picture",
    unit: "page",
    count: 1,
    notes: [],
    async section() {
      if (ocr === null) return { label: "", text: "", confidence: null };
      const { text, confidence } = (await ocr()).read(bytes, reading);
      return { label: "", text, confidence };
    },
    dispose() {},
  };
}
