/** Texts as they are shown and written. */
import { writeNpy } from '../files/data/formats/npy.ts'
import { style } from './common.ts'
import { visible } from './live-text.ts'

/** Between two texts of a file. */
export const divider = '\n--------\n'

/** What was drawn. */
export interface TextResult {
  readonly tokens: Int32Array
  /** Of all items. */
  readonly shape: readonly number[]
  readonly texts: readonly string[]
  readonly provenance: object
}

/** The content of a file: tokens as .npy, everything as .json, or the texts. */
export function encodeTexts(extension: string, { tokens, shape, texts, provenance }: TextResult): Uint8Array | string {
  if (extension === '.npy') return writeNpy({ shape, data: tokens })
  if (extension === '.json') return `${JSON.stringify({ ...provenance, texts }, undefined, 2)}\n`
  return `${texts.join(divider)}\n`
}

/** The texts at time t, for a file of the way from noise to samples. */
export function frameText(t: number, texts: readonly string[]): string {
  return `t = ${t.toFixed(4)}\n${texts.join(divider)}\n`
}

/** A text for people: numbered if there are several, and nothing in it that a terminal would obey. */
export function shownText(text: string, index: number, count: number): string {
  const body = process.stdout.isTTY ? visible(text) : text
  return count === 1 ? body : `${style('dim', `--- ${index + 1}`, process.stdout)}\n${body}`
}
