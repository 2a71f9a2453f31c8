// A PNG with at most 256 colours from one with any number: screens have few colours, and a picture in a repository
// should weigh little. Reads and writes 8-bit PNG without interlacing, which is what browsers write.
import { deflateSync, inflateSync } from 'node:zlib';

const signature = Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]);

/** Red, green and blue of every pixel, row by row. */
function decode(png: Buffer): { width: number; height: number; pixels: Uint8Array } {
  let at = 8, width = 0, height = 0, channels = 0;
  const parts: Buffer[] = [];
  while (at < png.length) {
    const size = png.readUInt32BE(at), type = png.toString('latin1', at + 4, at + 8), data = png.subarray(at + 8, at + 8 + size);
    if (type === 'IHDR') {
      width = data.readUInt32BE(0);
      height = data.readUInt32BE(4);
      channels = { 2: 3, 6: 4 }[data[9]!] ?? 0;
      if (data[8] !== 8 || !channels || data[12] !== 0) throw new Error('not an 8-bit RGB or RGBA picture');
    } else if (type === 'IDAT') parts.push(data);
    at += 12 + size;
  }
  const raw = inflateSync(Buffer.concat(parts)), stride = width * channels;
  const rows = new Uint8Array(height * stride), pixels = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    const filter = raw[y * (stride + 1)]!;
    for (let x = 0; x < stride; x++) {
      const a = x >= channels ? rows[y * stride + x - channels]! : 0, b = y > 0 ? rows[(y - 1) * stride + x]! : 0, c = x >= channels && y > 0 ? rows[(y - 1) * stride + x - channels]! : 0;
      const p = a + b - c, pa = Math.abs(p - a), pb = Math.abs(p - b), pc = Math.abs(p - c);
      const guess = [0, a, b, (a + b) >> 1, pa <= pb && pa <= pc ? a : pb <= pc ? b : c][filter] ?? 0;
      rows[y * stride + x] = raw[y * (stride + 1) + 1 + x]! + guess;
    }
    for (let x = 0; x < width; x++) for (let i = 0; i < 3; i++) pixels[(y * width + x) * 3 + i] = rows[y * stride + x * channels + i]!;
  }
  return { width, height, pixels };
}

/** The most frequent colours, those alike counted together, at most 256. */
function choose(pixels: Uint8Array): number[][] {
  const exact = new Map<number, number>();
  for (let i = 0; i < pixels.length; i += 3) {
    const colour = (pixels[i]! << 16) | (pixels[i + 1]! << 8) | pixels[i + 2]!;
    exact.set(colour, (exact.get(colour) ?? 0) + 1);
  }
  const taken: number[][] = [];
  for (let near = 4; ; near += 4) {
    taken.length = 0;
    for (const [colour] of [...exact].sort((a, b) => b[1] - a[1])) {
      const one = [colour >> 16, (colour >> 8) & 255, colour & 255];
      if (!taken.some((other) => Math.abs(other[0]! - one[0]!) + Math.abs(other[1]! - one[1]!) + Math.abs(other[2]! - one[2]!) < near)) taken.push(one);
      if (taken.length > 256) break;
    }
    if (taken.length <= 256) return taken;
  }
}

const table = Uint32Array.from({ length: 256 }, (_, n) => { let c = n; for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1; return c >>> 0; });
function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  let crc = 0xffffffff;
  for (const byte of body) crc = table[(crc ^ byte) & 255]! ^ (crc >>> 8);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(data.length, 0);
  frame.writeUInt32BE((crc ^ 0xffffffff) >>> 0, 4);
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
}

/** The same picture with a palette. */
export function withPalette(png: Buffer): Buffer {
  const { width, height, pixels } = decode(png);
  const palette = choose(pixels);
  const known = new Map<number, number>();
  const rows = Buffer.alloc(height * (width + 1));
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const i = (y * width + x) * 3, r = pixels[i]!, g = pixels[i + 1]!, b = pixels[i + 2]!, colour = (r << 16) | (g << 8) | b;
      let index = known.get(colour);
      if (index === undefined) {
        const far = palette.map((one) => (one[0]! - r) ** 2 + (one[1]! - g) ** 2 + (one[2]! - b) ** 2);
        index = far.indexOf(Math.min(...far));
        known.set(colour, index);
      }
      rows[y * (width + 1) + 1 + x] = index;
    }
  }
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head[8] = 8;
  head[9] = 3;
  return Buffer.concat([signature, chunk('IHDR', head), chunk('PLTE', Buffer.from(palette.flat())), chunk('IDAT', deflateSync(rows, { level: 9 })), chunk('IEND', Buffer.alloc(0))]);
}
