import { describe, expect, test } from "vitest";
import { readDigits } from "./digits";
import { wordsIn } from "./gaps";
import { blank, cut, even, framed, fromRgba, type Gray, quarterTurns, toRgba, turn } from "./gray";
import { SHAPES } from "./ocr-a";
import { findLie } from "./skew";

/** A picture of text-like stripes: rows of short dashes. */
function page(width: number, height: number): Gray {
  const image = blank(width, height);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const inside = x > 60 && y > 60 && x < width - 60 && y < height - 60;
      if (inside && y % 30 < 12 && x % 14 < 9) image.pixels[y * width + x] = 20;
    }
  return image;
}

/** Digits drawn with the shapes themselves, each cell `size` pixels. */
function numberOf(digits: string, size: number, paper = 255, ink = 0): Gray {
  const step = 15 * size;
  const image = blank(digits.length * step + 40, 16 * size + 40);
  image.pixels.fill(paper);
  Array.from(digits).forEach((digit, place) => {
    for (let y = 0; y < 16 * size; y++)
      for (let x = 0; x < 12 * size; x++) {
        const dark = SHAPES[Number(digit)]?.[Math.floor(y / size) * 12 + Math.floor(x / size)] ?? 0;
        image.pixels[(y + 20) * image.width + 20 + place * step + x] = paper + (ink - paper) * dark;
      }
  });
  return image;
}

const whole = (image: Gray) => ({ left: 0, top: 0, right: image.width, bottom: image.height });

describe("lie of a picture", () => {
  const straight = page(420, 320);
  test.each([-9, -4.5, -1, 0, 2.5, 7])("sloped by %s degrees", (degrees) => {
    const { slope, onItsSide } = findLie(turn(straight, degrees));
    expect(onItsSide).toBe(false);
    expect(slope).toBeCloseTo(-degrees, 0);
  });

  test("on its side", () => expect(findLie(quarterTurns(straight, 1)).onItsSide).toBe(true));

  test("an empty one lies as it is", () => expect(findLie(blank(100, 80))).toEqual({ slope: 0, onItsSide: false }));
});

describe("light", () => {
  test("a shadow over half of the page is gone", () => {
    const image = page(420, 320);
    const shaded = image.pixels.map((level, at) => (at % 420 < 210 ? level * 0.35 : level));
    const evened = even({ ...image, pixels: shaded });
    const at = (x: number, y: number) => evened.pixels[y * 420 + x] ?? -1;
    expect([at(30, 100), at(400, 100)].every((level) => level > 225)).toBe(true);
    expect([at(87, 125), at(297, 125)].every((level) => level < 110)).toBe(true);
  });

  test("noise on plain paper stays near white", () => {
    const image = blank(200, 200);
    image.pixels.forEach((_, at) => {
      image.pixels[at] = 200 + ((at * 7919) % 13) - 6;
    });
    expect(Math.min(...even(image).pixels)).toBeGreaterThan(150);
  });
});

describe("parts of a picture", () => {
  test("four quarter turns are none", () => expect(quarterTurns(page(50, 40), 4)).toEqual(page(50, 40)));

  test("to four bytes a pixel and back is the same", () => {
    const image = page(140, 150);
    expect(fromRgba(140, 150, toRgba(image)).pixels).toEqual(image.pixels);
  });

  test("cut out twice as large, in a frame", () => {
    const part = framed(cut(page(300, 200), { left: 60, top: 60, right: 160, bottom: 100 }, 2), 5);
    expect([part.width, part.height]).toEqual([210, 90]);
  });
});

describe("words of a line", () => {
  test("are parted by wide gaps only", () => {
    const image = blank(300, 40);
    const stroke = (left: number) => {
      for (let y = 8; y < 32; y++) for (let x = left; x < left + 10; x++) image.pixels[y * 300 + x] = 0;
    };
    for (const left of [20, 34, 48, 80, 94, 200]) stroke(left);
    expect(wordsIn(image).map(({ left, right }) => [left + 2, right - 2])).toEqual([
      [20, 58],
      [80, 104],
      [200, 210],
    ]);
  });
});

describe("digits in OCR-A", () => {
  test.each(["1571084107909001", "0123456789876543", "6655998844337711"])("%s", (digits) => {
    const image = numberOf(digits, 3);
    const found = readDigits(image, whole(image));
    expect(found?.digits).toBe(digits);
    expect(Math.min(...(found?.sureness ?? [0]))).toBeGreaterThan(0.6);
  });

  test("grey on grey", () => {
    const image = even(numberOf("1571084107909001", 3, 120, 60));
    expect(readDigits(image, whole(image))?.digits).toBe("1571084107909001");
  });

  test("fifteen are not sixteen", () => {
    const image = numberOf("157108410790900", 3);
    expect(readDigits(image, whole(image))).toBeNull();
  });

  test("of more signs the last sixteen count", () => {
    const image = numberOf("881571084107909001", 3);
    expect(readDigits(image, whole(image))?.digits).toBe("1571084107909001");
  });

  test("one half covered is not sure", () => {
    const image = numberOf("1571084107909001", 3);
    for (let y = 20; y < 44; y++)
      for (let x = 20 + 4 * 45; x < 20 + 5 * 45; x++) image.pixels[y * image.width + x] = 255;
    const found = readDigits(image, whole(image));
    expect(found === null || (found.sureness[4] ?? 1) < 0.3).toBe(true);
  });
});
