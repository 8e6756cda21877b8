/** What is chosen for a training: in the address, as options of the library, as code and as a command. */
import type { Drawing } from '../../learn/figure.ts'
import { decodeValue, encodeValue } from '../../learn/address.ts'
import { text as common } from '../../text.ts'
import { text } from './text.ts'

export interface Choices {
  /** A built-in set, `drawn` or `files`. */
  readonly data: string
  readonly preset: 'light' | 'full'
  readonly objective: string
  readonly steps: number
  readonly rate: number
  /** Which weights are the model: the last ones, or those that are best on items that are held out. */
  readonly keep: 'last' | 'best'
  readonly seed: number
  /** Of files: pixels of a side that pictures are brought to; 0: as they are. */
  readonly size: number
  /** Of a table: its column of classes. */
  readonly label: string
  /** The drawn cells, if data are drawn. */
  readonly cells: readonly number[]
}

/** Cells in which points lie. */
export const paper: Drawing = {
  kind: 'drawing',
  label: text.drawing,
  width: 32,
  height: 32,
  levels: 2,
  initial: Array.from({ length: 32 * 32 }, () => 0),
}

export const images: ReadonlySet<string> = new Set(['glyphs', 'shapes'])

/** So many of them are enough for a page, and half the wait. */
export const pictures = 2000

export const initialChoices: Choices = {
  data: 'moons',
  preset: 'light',
  objective: 'simple',
  steps: 600,
  rate: 0.003,
  keep: 'last',
  seed: 0,
  size: 0,
  label: '',
  cells: paper.initial,
}

const numbers = {
  steps: { min: 1, max: 1_000_000, whole: true },
  rate: { min: 1e-6, max: 1, whole: false },
  seed: { min: 0, max: 2 ** 31, whole: true },
  size: { min: 0, max: 256, whole: true },
} as const
const words = {
  data: Object.keys(text.builtIn),
  preset: Object.keys(text.presets),
  objective: Object.keys(text.objectives),
  keep: Object.keys(text.keeps),
} as const

/** Names in the address that are not choices of a training. */
const others: ReadonlySet<string> = new Set(['run', 'show', 't'])

/** What differs from the first choices. */
export function toQuery(choices: Choices): Record<string, string | undefined> {
  const { cells, ...rest } = choices
  const differs = Object.entries(rest).flatMap(([name, value]) =>
    value === initialChoices[name as keyof Choices] ? [] : [[name, String(value)] as const],
  )
  return { ...Object.fromEntries(differs), ...(choices.data === 'drawn' && { cells: encodeValue(paper, cells) }) }
}

/** Choices from an address; a sentence for each that makes no sense. */
export function fromQuery(query: ReadonlyMap<string, string>): {
  readonly choices: Choices
  readonly problems: readonly string[]
} {
  const choices: Record<string, unknown> = { ...initialChoices }
  const problems: string[] = []
  for (const [name, written] of query) {
    if (others.has(name)) continue
    if (name in numbers) {
      const { min, max, whole } = numbers[name as keyof typeof numbers]
      const value = Number(written)
      if (written !== '' && value >= min && value <= max && (!whole || Number.isInteger(value))) choices[name] = value
      else problems.push(common.address.invalid(name, written, common.address.number(min, max)))
    } else if (name in words) {
      const allowed: readonly string[] = words[name as keyof typeof words]
      if (allowed.includes(written)) choices[name] = written
      else problems.push(common.address.invalid(name, written, common.address.oneOf(allowed)))
    } else if (name === 'cells') {
      const cells = decodeValue(paper, written)
      if (cells === undefined) problems.push(common.address.invalid(name, written, common.address.drawing(1024)))
      else choices[name] = cells
    } else if (name === 'label') choices[name] = written
    else problems.push(common.address.unknown(name))
  }
  return { choices: choices as unknown as Choices, problems }
}

/** Options of data. Built-in sets of pictures are shorter than usual. */
export function readingOf({ data, size, label }: Pick<Choices, 'data' | 'size' | 'label'>): Record<string, unknown> {
  if (data !== 'files') return images.has(data) ? { items: pictures } : {}
  return { ...(size > 0 && { size }), ...(label !== '' && { labelColumn: label }) }
}

const flagOf = (name: string): string => `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`

/** What one's own data are called in lines of code: the file that the page saves, or the files that were chosen. */
const pathOf = ({ data }: Choices): string => (data === 'drawn' ? 'points.csv' : data === 'files' ? './my-data' : data)

/** Points as a table, the same numbers to the last digit. */
export const csvOf = (points: readonly (readonly number[])[]): string =>
  `x,y\n${points.map((point) => point.join()).join('\n')}\n`

/** Whether data are numbers, so that there is a light network and a choice of objectives. */
export const areNumbers = (kind: string): boolean => kind === 'image' || kind === 'points'

/** The choices that there are for such data. */
export function fitting(
  choices: Choices,
  { remote }: { readonly remote: { readonly facts: { kind: string } } },
): Choices {
  return areNumbers(remote.facts.kind) ? choices : { ...choices, preset: 'full', objective: 'simple' }
}

/** The options of `train`. Light networks learn in seconds in one thread of a page. */
export function optionsOf({ preset, objective, steps, rate, keep, seed }: Choices): Record<string, unknown> {
  return {
    ...(preset === 'light' && { preset }),
    ...(objective === 'epsilon' ? { parametrisation: 'epsilon' } : objective === 'simple' ? {} : { objective }),
    steps,
    rate,
    ...(keep === 'best' && { keepBest: true }),
    seed,
  }
}

/** Lines of TypeScript that train the same model in Node. */
export function codeOf(choices: Choices, image: boolean): string {
  const lines = Object.entries({ ...readingOf(choices), ...optionsOf(choices) }).map(
    ([name, value]) => `  ${name}: ${JSON.stringify(value)?.replaceAll(',', ', ').replaceAll('"', "'")},`,
  )
  return [
    `import { fit, open, writeDrawn } from 'tweedie'`,
    '',
    `const model = await fit('${pathOf(choices)}', {`,
    ...lines,
    '})',
    'using painter = await open(model)',
    `await writeDrawn('samples.png', await painter.draw({ count: ${image ? 16 : 512}, seed: 1 }), { overwrite: true })`,
  ].join('\n')
}

/** The command that trains the same model. */
export function commandOf(choices: Choices): string {
  const options = { ...readingOf(choices), ...optionsOf(choices) }
  const flags = Object.entries(options).map(([name, value]) =>
    value === true ? flagOf(name) : `${flagOf(name)} ${quoted(String(value))}`,
  )
  return `npx tweedie train ${pathOf(choices)} --out runs/mine ${flags.join(' ')}`
}

const quoted = (text: string): string =>
  /^[\w.,:/-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`

/** Points in painted cells, the same for the same cells: cell i of the paper is a square of [−2, 2]². */
export function pointsIn(cells: readonly number[], count = 2000): number[][] {
  const painted = cells.flatMap((level, i) => (level > 0 ? [i] : []))
  if (painted.length === 0) return []
  let state = 0x9e3779b9
  const random = (): number => {
    state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d)
    state = Math.imul(state ^ (state >>> 12), 0x297a2d39) + 0x6d2b79f5
    return ((state ^ (state >>> 15)) >>> 0) / 2 ** 32
  }
  return Array.from({ length: count }, () => {
    const cell = painted[Math.floor(random() * painted.length)]!
    const [column, row] = [cell % paper.width, Math.floor(cell / paper.width)]
    return [((column + random()) / paper.width) * 4 - 2, 2 - ((row + random()) / paper.height) * 4]
  })
}
