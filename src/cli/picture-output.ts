/** Pictures as text, where somebody looks. */
import { terminalColors } from '../io/terminal.ts'
import type { Model } from '../model/model.ts'
import { textPictureOf } from '../model/picture.ts'
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
