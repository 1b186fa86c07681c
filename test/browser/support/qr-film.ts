import { writeFileSync } from 'node:fs';
import { encode } from 'uqr';

const WIDTH = 640;
const HEIGHT = 480;
const MODULE_PX = 8;
const PAPER = 235;
const INK = 16;

/** A film of one picture, in which a QR code of `text` stands in the middle: what a camera would see. */
export function writeQrFilm(file: string, text: string): void {
  const { data, size } = encode(text, { border: 4 });
  const luma = Buffer.alloc(WIDTH * HEIGHT, PAPER);
  const left = Math.floor((WIDTH - size * MODULE_PX) / 2);
  const top = Math.floor((HEIGHT - size * MODULE_PX) / 2);
  data.forEach((row, y) => {
    row.forEach((dark, x) => {
      for (let line = 0; dark && line < MODULE_PX; line += 1) {
        const from = (top + y * MODULE_PX + line) * WIDTH + left + x * MODULE_PX;
        luma.fill(INK, from, from + MODULE_PX);
      }
    });
  });
  const noColour = Buffer.alloc((WIDTH * HEIGHT) / 2, 128);
  const frame = Buffer.concat([Buffer.from('FRAME\n'), luma, noColour]);
  writeFileSync(
    file,
    Buffer.concat([Buffer.from(`YUV4MPEG2 W${WIDTH} H${HEIGHT} F10:1 Ip A1:1 C420\n`), frame, frame]),
  );
}
