/** Colours of elements, as Jmol has them and most programs after it; carbon a little darker, so that hydrogen stands out. */
import type { Rgb } from '../../io/raster.ts'

const colours: Readonly<Record<number, Rgb>> = {
  1: [242, 242, 242],
  3: [204, 128, 255],
  5: [255, 181, 181],
  6: [96, 100, 106],
  7: [48, 80, 248],
  8: [240, 24, 24],
  9: [120, 210, 70],
  11: [171, 92, 242],
  12: [138, 255, 0],
  14: [240, 200, 160],
  15: [255, 128, 0],
  16: [240, 200, 48],
  17: [31, 224, 31],
  19: [143, 64, 212],
  20: [61, 255, 0],
  26: [224, 102, 51],
  29: [200, 128, 51],
  30: [125, 128, 176],
  34: [255, 161, 0],
  35: [166, 41, 41],
  53: [148, 0, 148],
}

/** The colour of an element; pink for those that have none of their own here. */
export const elementColour = (number: number): Rgb => colours[number] ?? [221, 119, 171]
