// A picture as a PNG file.

import { crc32, deflateSync } from 'node:zlib';

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const framed = Buffer.alloc(body.length + 8);
  framed.writeUInt32BE(data.length, 0);
  body.copy(framed, 4);
  framed.writeUInt32BE(crc32(body), body.length + 4);
  return framed;
}

/**
 * Pixels, RGBA, width x height, of at most 256 colours; their alpha is left out. Source: PNG specification (W3C, third
 * edition), sections 5 and 11.
 */
export function pngOf(pixels: Uint8ClampedArray, width: number, height = width): Buffer {
  const palette: number[] = [];
  const indices = new Map<number, number>();
  const rows = Buffer.alloc(height * (width + 1));
  for (let row = 0; row < height; ++row)
    for (let column = 0; column < width; ++column) {
      const [red = 0, green = 0, blue = 0] = pixels.subarray(4 * (row * width + column));
      const colour = (red << 16) | (green << 8) | blue;
      let index = indices.get(colour);
      if (index === undefined) {
        index = indices.size;
        if (index === 256) throw new RangeError('expected at most 256 colours');
        indices.set(colour, index);
        palette.push(red, green, blue);
      }
      rows[row * (width + 1) + 1 + column] = index;
    }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 3, 0, 0, 0], 8); // 8 bits, a palette
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    chunk('PLTE', Buffer.from(palette)),
    chunk('IDAT', deflateSync(rows, { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}
