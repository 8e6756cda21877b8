/** Pictures as text, where somebody looks. */
import { terminalColors } from '../files/io/terminal.ts'
import type { Model } from '../families/values/model.ts'
import { textPictureOf } from '../files/show/picture.ts'
import { print } from './output.ts'

/** Prints them in a terminal, or where nothing else comes of them. */
export function showPictures(
  items: Float32Array,
  { scale }: Pick<Model, 'scale'>,
  { out, columns }: { readonly out?: string | undefined; readonly columns?: number | undefined },
): void {
  if (out !== undefined && !process.stdout.isTTY) return
  const colors = terminalColors(process.env, process.stdout.isTTY ?? false)
  const layout = columns === undefined ? {} : { columns }
  print(textPictureOf(items, scale, { colors, width: process.stdout.columns ?? 80, ...layout }))
}
