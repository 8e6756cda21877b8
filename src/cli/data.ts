/** `tweedie data`: what is in a data set, before training on it. */
import type { Command } from 'commander'
import { TweedieError } from '../errors.ts'
import { cacheOptions, captionReading, dataOptions } from '../files/data/options.ts'
import type { OwnParts } from '../families/family.ts'
import { seedOptions } from '../families/options.ts'
import { type OptionValues, options, text, type ValuesOf, whole } from '../options.ts'
import { asTyped } from './as-typed.ts'
import { command, print, printJson, table } from './common.ts'

/** Options about held-out items and windows do not apply here. */
const { holdOut: _, length: __, ...reading } = dataOptions

const shownOptions = options({
  out: {
    flags: '-o, --out <file>',
    help: 'a picture of some items: .png, .jpg, .webp, and .svg of molecules',
    parse: text,
  },
  count: {
    flags: '-n, --count <n>',
    help: 'how many items the picture shows',
    parse: whole({ max: 10_000 }),
    default: 64,
  },
  force: { flags: '--force', help: 'write over a file that exists' },
  ...seedOptions,
})

const known = { ...shownOptions, ...cacheOptions }

/** The command. */
export function dataCommand({ readers }: OwnParts = {}): Command {
  const made = command('data', 'show statistics and a picture of a data set', {
    args: [['<data>', 'a folder of images, a data file, a text, or a built-in set']],
    tables: [shownOptions, captionReading, reading, cacheOptions],
    examples: [
      ['tweedie data ./my-images --out sheet.png', 'a contact sheet'],
      ['tweedie data ./icons --captions', 'pictures with captions: how many have one, and the words'],
      ['tweedie data moons', 'a built-in set, in the terminal'],
      ['tweedie data digits.npz --json', 'statistics for a program'],
      ['tweedie data corpus.txt', 'the vocabulary of a text, and how often each character occurs'],
      ['tweedie data house.csv --target price', 'a table: the columns, and the one to predict'],
      ['tweedie data table.csv --tokens columns', 'the values of each column'],
    ],
  })
  return made.action((path: string, values: OptionValues) => run(path, values, made, readers))
}

async function run(path: string, values: OptionValues, made: Command, readers: OwnParts['readers']): Promise<void> {
  const [{ describeData }, { sourceOf }, { imageExtensions, writeImage }, { requireNew }, { attended }] =
    await Promise.all([
      import('../app/node/describe-data.ts'),
      import('../files/data/node/source-of.ts'),
      import('../files/io/node/images.ts'),
      import('../app/node/require-new.ts'),
      import('./watched.ts'),
    ])
  const { out, count = 64, seed = 0, force = false, dataCache, inMemory } = values as ValuesOf<typeof known>
  const source = await sourceOf(path, values)
  if (out !== undefined) await requireNew(out, [...imageExtensions, '.svg'], force)
  // what was left out is part of the result
  const { result: view } = await attended('reading', { ...values, quiet: true }, (watch) =>
    describeData(source, { ...watch, dataCache, inMemory, readers }),
  )
  const chosen = { count, seed }
  if (out !== undefined && !view.picture) {
    throw new TweedieError('usage', `--out is a picture, and there is none of ${path}`, {
      hint: 'leave it out: the statistics are printed',
    })
  }
  if (values.json) printJson({ ...view.facts, picture: out })
  else print(table(view.rows.map(([name, value]) => [name, value && asTyped(value, made)])))
  if (out !== undefined && view.picture) {
    if (/\.svg$/i.test(out)) await writeSvg(out, view.svg?.(chosen), path)
    else {
      await writeImage(out, view.picture(chosen), {
        overwrite: force,
        provenance: { data: String(view.facts.name), seed },
      })
    }
    if (!values.json) print(`picture ${out}`)
  }
  if (values.json || !view.preview || (!process.stdout.isTTY && out !== undefined)) return
  const { terminalColors } = await import('../files/io/terminal.ts')
  const colors = terminalColors(process.env, process.stdout.isTTY ?? false)
  print(view.preview(chosen, { colors, width: process.stdout.columns ?? 80 }))
}

async function writeSvg(out: string, svg: string | undefined, path: string): Promise<void> {
  if (svg === undefined) {
    throw new TweedieError('usage', `--out: ${path} is shown as pixels, not as SVG`, { hint: 'a .png' })
  }
  const { writeFile } = await import('node:fs/promises')
  await writeFile(out, svg)
}
