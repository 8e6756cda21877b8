/** Prints the result of a command that makes items: as JSON, or the files, a preview, and the settings. */
import type { Made } from '../app/node/make.ts'
import type { Drawn, View } from '../families/family.ts'
import { previewText, terminalColors } from '../files/io/terminal.ts'
import type { OptionValues } from '../options.ts'
import { duration, note, print, printJson, safe, style } from './common.ts'
import { visible } from './live-text.ts'

/** More files than this are counted, not listed. */
const namedFiles = 3

/**
 * Prints the result.
 *
 * @param noun what was made, in the plural
 */
export function showMade(
  { drawn, files, provenance }: Made,
  values: OptionValues,
  { noun, seconds }: { readonly noun: string; readonly seconds: number },
): void {
  const { count, shape, classes } = drawn
  const out = values.out as string | undefined
  if (values.json) {
    const texts = drawn.table ? drawn.table() : drawn.texts && { texts: drawn.texts() }
    return printJson({ files, out, count, shape, classes, ...texts, ...provenance, seconds })
  }
  if (out === undefined || process.stdout.isTTY) showItems(drawn, values.columns as number | undefined)
  if (files.length > 0) {
    const named = files.length > namedFiles ? `${files.length} files in ${out}` : files.join(', ')
    print(`${count} ${count === 1 ? noun.replace(/s$/, '') : noun}: ${safe(named)}`)
  }
  note(`${safe(drawn.howText)}, ${duration(seconds)}`, values)
}

/** Pictures, or each text, numbered if there are several. */
function showItems(drawn: Drawn, columns: number | undefined): void {
  const picture = pictureText(drawn, columns)
  if (picture !== undefined) return print(picture)
  if (drawn.table) return print(safe(drawn.texts?.().join('\n') ?? ''))
  for (const [i, text] of (drawn.texts?.() ?? []).entries()) {
    const body = process.stdout.isTTY ? visible(text) : text
    print(drawn.count === 1 ? body : `${style('dim', `--- ${i + 1}`, process.stdout)}\n${body}`)
  }
}

/** As many as make sense in a terminal: images no smaller than half their size, in three rows at most. */
function pictureText({ count, shape, ...drawn }: Drawn, columns: number | undefined): string | undefined {
  if (!drawn.raster) return undefined
  const width = process.stdout.columns ?? 80
  if (shape.length < 3) return textOf(drawn, undefined, width)
  const inRow = columns ?? Math.max(1, Math.min(count, Math.floor((2 * width) / (shape.at(-1)! + 2))))
  return textOf(drawn.part(0, Math.min(count, 3 * inRow)), inRow, width)
}

function textOf(view: View, columns: number | undefined, width: number): string {
  const colors = terminalColors(process.env, process.stdout.isTTY ?? false)
  const layout = columns === undefined ? {} : { columns }
  return view.preview?.({ ...layout, colors, width }) ?? previewText(view.raster!(layout), { colors, columns: width })
}
