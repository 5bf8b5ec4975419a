export interface ImageSize {
  readonly width: number;
  readonly height: number;
}

/**
 * Width and height as the header of a PNG, JPEG, TIFF, GIF, BMP or WebP states them, so that a picture that is too
 * large is refused before anything unpacks it. Undefined when the header is not whole or of another kind.
 */
export function imageSize(bytes: Uint8Array): ImageSize | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  try {
    return sizeIn(view);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function sizeIn(view: DataView): ImageSize | undefined {
  const start = view.getUint32(0);
  if (start === 0x89504e47) return { width: view.getUint32(16), height: view.getUint32(20) };
  if (start >>> 16 === 0xffd8) return jpegSize(view);
  if (start === 0x49492a00 || start === 0x4d4d002a) return tiffSize(view, start === 0x49492a00);
  if (start === 0x47494638) return { width: view.getUint16(6, true), height: view.getUint16(8, true) };
  if (start >>> 16 === 0x424d) return { width: view.getUint32(18, true), height: Math.abs(view.getInt32(22, true)) };
  if (start === 0x52494646 && view.getUint32(8) === 0x57454250) return webpSize(view);
  return undefined;
}

function jpegSize(view: DataView): ImageSize | undefined {
  for (let at = 2; ;) {
    const marker = view.getUint16(at);
    if (marker >>> 8 !== 0xff) return undefined;
    const isFrame = marker >= 0xffc0 && marker <= 0xffcf && ![0xffc4, 0xffc8, 0xffcc].includes(marker);
    if (isFrame) return { width: view.getUint16(at + 7), height: view.getUint16(at + 5) };
    // Fill bytes and markers without a length move on by themselves.
    at += marker === 0xffff ? 1 : 2 + Math.max(2, view.getUint16(at + 2));
  }
}

function tiffSize(view: DataView, isLittle: boolean): ImageSize | undefined {
  const directory = view.getUint32(4, isLittle);
  let width = 0;
  let height = 0;
  for (let index = 0; index < view.getUint16(directory, isLittle); index++) {
    const at = directory + 2 + 12 * index;
    const tag = view.getUint16(at, isLittle);
    if (tag !== 256 && tag !== 257) continue;
    const isShort = view.getUint16(at + 2, isLittle) === 3;
    const value = isShort ? view.getUint16(at + 8, isLittle) : view.getUint32(at + 8, isLittle);
    if (tag === 256) width = value;
    else height = value;
  }
  return width > 0 && height > 0 ? { width, height } : undefined;
}

function webpSize(view: DataView): ImageSize | undefined {
  const kind = view.getUint32(12);
  if (kind === 0x56503820)
    return { width: view.getUint16(26, true) & 0x3fff, height: view.getUint16(28, true) & 0x3fff };
  if (kind === 0x5650384c) {
    const bits = view.getUint32(21, true);
    return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
  }
  const three = (at: number) => view.getUint16(at, true) + view.getUint8(at + 2) * 65_536 + 1;
  return kind === 0x56503858 ? { width: three(24), height: three(27) } : undefined;
}
