/** What `tweedie data` says of text and other tokens. */
import { type CategoricalDataset, loadTokens } from '../files/data/categorical.ts'
import { itemSize } from '../files/data/dataset.ts'
import { describeTokens, type TokenSummary, type VariableSummary } from '../files/data/describe-tokens.ts'
import { TweedieError } from '../errors.ts'
import { imageExtensions, writeImage } from '../files/io/node/images.ts'
import { previewText, terminalColors } from '../files/io/terminal.ts'
import { isPicture, tokenPictureOf } from '../files/show/token-picture.ts'
import { fold, key, permutation } from '../engine/random/index.ts'
import type { DataSource } from '../tools/train/node/run-folder.ts'
import { print, printJson, shapeText, table, thousands } from './common.ts'
import { classText, type DataCommandOptions } from './data.ts'
import { visible } from './live-text.ts'
import { openParts } from './open-data.ts'
import { requireNew } from './require-new.ts'

/** Prints statistics, and shows what can be seen. */
export async function runTokenData(source: DataSource, options: DataCommandOptions): Promise<void> {
  const { out, count, json, seed, force = false } = options
  if (out !== undefined) await requireNew(out, imageExtensions, force)
  const dataset = await openTokens(source)
  const seen = isPicture(dataset) && dataset.shape.length > 1
  if (out !== undefined && !seen)
    throw new TweedieError('usage', `--out is a picture, and there is none of ${dataset.name}`, {
      hint: 'leave it out: the statistics are printed',
    })
  const summary = describeTokens(dataset)
  if (json) printJson({ ...(dataset.look.kind === 'text' ? withoutWindows(summary) : summary), picture: out })
  else print(tableOf(summary, dataset))
  if (!seen) return
  const order = permutation(fold(key(seed), 'picture'), dataset.length)
  const raster = (most: number, columns?: number) => {
    const starts = Array.from(order.subarray(0, most), (index) => index * itemSize(dataset.shape))
    const tokens = loadTokens(dataset, starts, new Int32Array(starts.length * itemSize(dataset.shape)))
    return tokenPictureOf(dataset, tokens, dataset.categories, columns === undefined ? {} : { columns })
  }
  if (out !== undefined) {
    await writeImage(out, raster(count), { overwrite: force, provenance: { data: dataset.name, seed } })
    if (!json) print(`picture ${out}`)
  }
  if (json || (!process.stdout.isTTY && out !== undefined)) return
  const colors = terminalColors(process.env, process.stdout.isTTY ?? false)
  print(previewText(raster(Math.min(count, 16), 8), { colors, columns: process.stdout.columns ?? 80 }))
}

/** A text is not cut into windows here. */
const withoutWindows = ({ shape: _, length: __, ...summary }: TokenSummary) => summary

/** All of the data; of a text windows do not matter, which may well be shorter than one. */
async function openTokens({ tokens, ...source }: DataSource): Promise<CategoricalDataset> {
  const whole = tokens && 'tokenizer' in tokens ? { ...tokens, length: 1 } : tokens
  const { train } = await openParts({ ...source, tokens: whole, holdOut: undefined }, { quiet: true })
  if (train.kind === 'tokens') return train
  throw new TweedieError('data', `${source.path}: not made of tokens`)
}

function tableOf(
  { name, tokens, length, shape, categories, variables, ...rest }: TokenSummary,
  { look }: CategoricalDataset,
) {
  const { classCounts, classNames } = rest
  const unit = look.kind === 'text' && look.tokenizer.kind !== 'hub' ? look.tokenizer.kind : 'tokens'
  const isText = look.kind === 'text'
  const rows = variables.flatMap((variable) => rowsOf(variable, categories))
  return table([
    ['name', name],
    isText ? ['text', `${thousands(tokens)} ${unit}`] : ['items', thousands(length)],
    ['shape', isText ? undefined : shapeText(shape)],
    ...rows,
    ['classes', classCounts && classText(classCounts, classNames)],
  ])
}

function rowsOf({ name, occurring, entropy, frequent }: VariableSummary, categories: number): [string, string][] {
  const shares = frequent.map((each) => `${shown(each.name)} ${(100 * each.share).toFixed(1)} %`).join(', ')
  const bits = `${entropy.toFixed(2)} bits each`
  const more = occurring > frequent.length ? ', …' : ''
  if (name !== undefined) return [[name, `${occurring}: ${shares}${more}; ${bits}`]]
  const known =
    occurring === categories ? `${thousands(categories)}` : `${thousands(categories)}, ${thousands(occurring)} occur`
  return [
    ['vocabulary', known],
    ['frequent', `${shares}${more}`],
    ['alone', `${bits}, by how often they occur`],
  ]
}

/** A name that cannot be mistaken: white space in quotes, and nothing that moves the cursor. */
const shown = (name: string): string => (/^[^\s"]+$/.test(name) ? visible(name) : JSON.stringify(name))
