/** `tweedie data`: what is in a data set, before training on it. */
import type { Command } from 'commander'
import type { DatasetSummary } from '../files/data/describe.ts'
import {
  command,
  oneOf,
  print,
  printJson,
  shapeText,
  table,
  thousands,
  whole,
  withExamples,
  withSeed,
} from './common.ts'
import type { CommonOptions } from './common.ts'

/** The options as they are typed. */
export interface DataCommandOptions extends CommonOptions {
  readonly out?: string
  readonly count: number
  readonly seed: number
  readonly size?: number
  readonly channels?: 1 | 3
  readonly items?: number
  readonly tokens?: string
  readonly categories?: number
  readonly force?: boolean
}

/** The command. */
export function dataCommand(): Command {
  const data = command('data', 'show statistics and a picture of a data set')
    .argument('<data>', 'a folder of images, a data file, a text, or a built-in set')
    .option('-o, --out <file>', 'a picture of some items: .png, .jpg, .webp')
    .option('-n, --count <n>', 'how many items the picture shows', whole({ max: 10_000 }), 64)
    .option('--size <pixels>', 'bring images to this size', whole({ max: 4096 }))
    .option('--channels <n>', '1: grey, 3: colour', (text) => Number(oneOf(['1', '3'])(text)))
    .option('--items <n>', 'built-in sets: how many items (default: 10000)', whole())
    .option('--tokens <how>', 'as train has it: characters, bytes, a tokenizer.json; of a table: columns')
    .option('--categories <n>', 'images of so many levels, as categories', whole({ min: 2, max: 65_536 }))
    .option('--force', 'write over a file that exists')
  withSeed(data)
  withExamples(data, [
    ['tweedie data ./my-images --out sheet.png', 'a contact sheet'],
    ['tweedie data moons', 'a built-in set, in the terminal'],
    ['tweedie data digits.npz --json', 'statistics for a program'],
    ['tweedie data corpus.txt', 'the vocabulary of a text, and how often each character occurs'],
    ['tweedie data table.csv --tokens columns', 'the values of each column'],
  ])
  return data.action(run)
}

async function run(path: string, options: DataCommandOptions): Promise<void> {
  const { tokenSourceOf } = await import('./train-tokens.ts')
  const source = await tokenSourceOf(path, options)
  if (source) {
    const { runTokenData } = await import('./data-tokens.ts')
    return runTokenData(source, options)
  }
  const [{ describe }, { openData }, { showItems }, { imageExtensions }, { requireNew }] = await Promise.all([
    import('../files/data/describe.ts'),
    import('./open-data.ts'),
    import('./data-picture.ts'),
    import('../files/io/node/images.ts'),
    import('./require-new.ts'),
  ])
  const { out, json, force = false, size, channels, items } = options
  if (out !== undefined) await requireNew(out, imageExtensions, force)
  const dataset = await openData({ path, size, channels, length: items }, { quiet: true })
  const summary = describe(dataset)
  const skipped = dataset.skipped ?? []
  if (json) printJson({ ...summary, skippedFiles: skipped, picture: out })
  else {
    print(tableOf(summary))
    for (const { file, reason } of skipped) print(`skipped ${file}: ${reason}`)
  }
  await showItems(dataset, { ...options, force })
}

function tableOf({ name, kind, shape, length, min, max, mean, std, ...rest }: DatasetSummary): string {
  const { classCounts, classNames, nonFinite, skipped } = rest
  const numbers = (values: readonly number[]): string =>
    values.length > 8 ? `${values.length} values` : values.map((value) => Number(value.toPrecision(4))).join(', ')
  return table([
    ['name', name],
    ['items', `${thousands(length)} ${kind === 'image' ? 'images' : kind === 'points' ? 'points' : 'arrays'}`],
    ['shape', shapeText(shape)],
    ['range', `${Number(min.toPrecision(6))} … ${Number(max.toPrecision(6))}`],
    ['mean', numbers(mean)],
    ['std', numbers(std)],
    ['not finite', nonFinite > 0 ? thousands(nonFinite) : undefined],
    ['classes', classCounts && classText(classCounts, classNames)],
    ['skipped', skipped > 0 ? `${skipped} files` : undefined],
  ])
}

/** How many items each class has, in words. */
export function classText(counts: readonly number[], names: readonly string[] | undefined): string {
  const shown = counts.slice(0, 20).map((count, i) => `${names?.[i] ?? i} (${thousands(count)})`)
  return `${counts.length}: ${shown.join(', ')}${counts.length > 20 ? ', …' : ''}`
}
