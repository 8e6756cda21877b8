/** What is chosen on the page, and how an address says it. */
import { words } from '../../words/draw.ts'

/** Everything that is chosen, but for the model. */
export interface DrawSettings {
  readonly samplers: readonly string[]
  /** Empty: the model draws at once. */
  readonly steps: readonly number[]
  /** w of each row; empty: as the model's folder says. */
  readonly guidance: readonly number[]
  readonly seed: number
  /** Pictures of one drawing. */
  readonly count: number
  /** A class by name; undefined: all in turn. */
  readonly class: string | undefined
  /** What to show, of a model that knows words. */
  readonly prompt?: string | undefined
  /** The seed to walk to. */
  readonly to: number | undefined
  /** The drawing whose way is shown. */
  readonly way: Cell | undefined
}

/** One drawing of the matrix. */
export interface Cell {
  readonly sampler: string
  /** Undefined where the model draws at once. */
  readonly steps: number | undefined
  readonly w: number | undefined
}

/** Drawings that one page makes at most. */
export const mostCells = 48
const largestSeed = 2 ** 31 - 1

/** @param sampler what the model's folder says */
export function usualSettings(sampler = 'dpm++-2m'): DrawSettings {
  return {
    samplers: [...new Set([sampler, 'ddim'])],
    steps: [5, 10, 20],
    guidance: [],
    seed: 0,
    count: 4,
    class: undefined,
    to: undefined,
    way: undefined,
  }
}

/** The drawings, row by row: a row is a sampler and a strength, a column a number of steps. */
export function rowsOf({ samplers, guidance, steps }: DrawSettings): readonly (readonly Cell[])[] {
  const strengths = guidance.length > 0 ? guidance : [undefined]
  const columns = steps.length > 0 ? steps : [undefined]
  return samplers.flatMap((sampler) => strengths.map((w) => columns.map((n) => ({ sampler, steps: n, w }))))
}

/** What an address says: only what is not usual. */
export function settingsQuery(settings: DrawSettings, usual: DrawSettings): Record<string, string | undefined> {
  const { samplers, steps, guidance, seed, count, to, way } = settings
  const list = (values: readonly unknown[], others: readonly unknown[]): string | undefined =>
    values.join() === others.join() ? undefined : values.join(',')
  return {
    samplers: list(samplers, usual.samplers),
    steps: list(steps, usual.steps),
    w: list(guidance, usual.guidance),
    seed: seed === usual.seed ? undefined : String(seed),
    n: count === usual.count ? undefined : String(count),
    class: settings.class,
    prompt: settings.prompt,
    to: to === undefined ? undefined : String(to),
    way: way && [way.sampler, way.steps, ...(way.w === undefined ? [] : [way.w])].join(','),
  }
}

/** What the model knows. */
export interface Known {
  readonly samplers: readonly string[]
  readonly classNames: readonly string[]
  readonly guidable: boolean
  /** Whether it draws step by step; default true. */
  readonly stepped?: boolean | undefined
  /** Whether it knows words. */
  readonly words?: boolean | undefined
  /** Items of one drawing: at most, and usually. */
  readonly most: number
  readonly count: number
}

/** The settings of an address, with a sentence for everything that it cannot mean. */
export function settingsOf(
  query: ReadonlyMap<string, string>,
  usual: DrawSettings,
  known: Known,
): { readonly settings: DrawSettings; readonly problems: readonly string[] } {
  const problems: string[] = []
  const names = ['model', 'samplers', 'steps', 'w', 'seed', 'n', 'class', 'prompt', 'to', 'way']
  for (const name of query.keys()) if (!names.includes(name)) problems.push(words.problems.unknown(name))
  const number = (name: string, usually: number, least: number, most: number): number => {
    const written = query.get(name)
    const value = Number(written)
    if (written === undefined) return usually
    if (/^\d+$/.test(written) && value >= least && value <= most) return value
    problems.push(words.problems.number(name, written, least, most))
    return usually
  }
  const steps = parseSteps(query.get('steps') ?? '') ?? (query.has('steps') ? [10] : usual.steps)
  if (query.has('steps') && parseSteps(query.get('steps')!) === undefined) {
    problems.push(words.problems.steps(query.get('steps')!))
  }
  const asked = query.get('samplers')?.split(',').filter(Boolean) ?? usual.samplers
  const samplers = asked.filter((each) => known.samplers.includes(each))
  for (const each of asked) if (!known.samplers.includes(each)) problems.push(words.problems.sampler(each))
  const strengths = parseGuidance(query.get('w') ?? '')
  if (strengths === undefined) problems.push(words.problems.guidance(query.get('w')!))
  const named = query.get('class')
  if (named !== undefined && !known.classNames.includes(named)) problems.push(words.problems.class(named))
  const to = query.has('to') ? number('to', usual.seed + 1, 0, largestSeed) : undefined
  const settings = {
    samplers: samplers.length > 0 ? samplers : known.samplers.slice(0, 1),
    steps: known.stepped === false ? [] : steps,
    guidance: known.guidable ? (strengths ?? []) : [],
    seed: number('seed', usual.seed, 0, largestSeed),
    count: number('n', usual.count, 1, known.most),
    class: named !== undefined && known.classNames.includes(named) ? named : undefined,
    ...(known.words && query.has('prompt') && { prompt: query.get('prompt') }),
    to,
    way: known.stepped === false ? undefined : wayOf(query.get('way')),
  }
  return { settings, problems }
}

/** `5, 10,20`; undefined if it is something else. */
export function parseSteps(text: string): readonly number[] | undefined {
  const numbers = text.split(',').map((each) => each.trim())
  const fine = numbers.every((each) => /^\d+$/.test(each) && Number(each) >= 1 && Number(each) <= 1000)
  return fine ? [...new Set(numbers.map(Number))] : undefined
}

/** `0, 2`; none for an empty text, undefined if it is something else. */
export function parseGuidance(text: string): readonly number[] | undefined {
  if (text.trim() === '') return []
  const numbers = text.split(',').map((each) => (each.trim() === '' ? Number.NaN : Number(each.replace('−', '-'))))
  return numbers.every((each) => each >= -1 && each <= 100) ? [...new Set(numbers)] : undefined
}

function wayOf(text: string | undefined): Cell | undefined {
  const [sampler, steps, w] = text?.split(',') ?? []
  if (sampler === undefined || steps === undefined || parseSteps(steps) === undefined) return undefined
  return { sampler, steps: Number(steps), w: w === undefined ? undefined : Number(w) }
}

/** Options of a drawing. */
export function requestOf({ sampler, steps, w }: Cell, settings: DrawSettings): Record<string, unknown> {
  return {
    count: settings.count,
    seed: settings.seed,
    ...(steps !== undefined && { steps }),
    ...(sampler === '' ? {} : { sampler }),
    ...(w !== undefined && { guidance: w }),
    ...(settings.class !== undefined && { class: settings.class }),
    ...(settings.prompt !== undefined && { prompt: settings.prompt }),
  }
}

/** Pictures of a walk. */
export const walkLength = 9

/** What is asked for a walk between two seeds: all of it of one class. */
export function walkRequest(settings: DrawSettings, classNames: readonly string[]): Record<string, unknown> {
  const name = settings.class ?? classNames[0]
  const cell = { sampler: settings.samplers[0] ?? '', steps: settings.steps.at(-1), w: settings.guidance[0] }
  return {
    ...requestOf(cell, settings),
    ...(name !== undefined && { class: name }),
    count: walkLength,
    towards: settings.to,
  }
}

/** The lines of TypeScript that draw the same matrix. */
export function codeOf(settings: DrawSettings, name: string, classNames: readonly string[] = []): string {
  const { guidance, seed, count, to } = settings
  // Of a model that has one sampler and no name for it, or draws at once, there is nothing to go through.
  const samplers = settings.samplers.filter((each) => each !== '')
  const { steps } = settings
  const shared = [
    `count: ${count}`,
    `seed: ${seed}`,
    ...(settings.class === undefined ? [] : [`class: ${JSON.stringify(settings.class)}`]),
    ...(settings.prompt === undefined ? [] : [`prompt: ${JSON.stringify(settings.prompt)}`]),
  ]
  const walk =
    to === undefined
      ? ''
      : `
// a walk from seed ${seed} to seed ${to}
const walk = await model.draw({ ${Object.entries(walkRequest(settings, classNames))
          .map(([option, value]) => `${option}: ${JSON.stringify(value)}`)
          .join(', ')} })
await writeDrawn('walk.png', walk)
`
  const over = Object.entries({ sampler: samplers, guidance, steps }).filter(([, values]) => values.length > 0)
  const loops = over.map(([each, values], i) => `${'  '.repeat(i)}for (const ${each} of ${JSON.stringify(values)}) {`)
  const options = [...over.map(([each]) => each), ...shared].join(', ')
  const inner = '  '.repeat(loops.length)
  const file = over.length === 0 ? 'drawn.png' : `${over.map(([each]) => '${' + each + '}').join('-')}.png`
  const closing = loops.map((_, i) => `${'  '.repeat(loops.length - 1 - i)}}`)
  return [
    `import { open, writeDrawn } from 'tweedie'`,
    '',
    `using model = await open(${JSON.stringify(name)})`,
    ...loops,
    `${inner}const drawn = await model.draw({ ${options} })`,
    `${inner}await writeDrawn(\`${file}\`, drawn)`,
    ...closing,
    walk,
  ]
    .join('\n')
    .trim()
}
