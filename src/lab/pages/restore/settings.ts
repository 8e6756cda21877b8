/** What is chosen on the page, and how an address says it. */
import { decodeValue, encodeValue } from '../../learn/address.ts'
import type { Drawing } from '../../learn/figure.ts'
import { words } from '../../words/restore.ts'

export const tasks = ['inpaint', 'random', 'super-resolution', 'deblur', 'denoise', 'colorize', 'edit'] as const
export type Task = (typeof tasks)[number]

export const methods = ['mmps', 'pigdm', 'dps', 'ddrm', 'repaint', 'diffpir'] as const
export type Method = (typeof methods)[number]

export const kernels = ['gaussian:1', 'gaussian:2', 'box:3', 'motion:5,45'] as const

/** Where the picture comes from. A file is not part of an address. */
export type PictureSource =
  | { readonly kind: 'seed'; readonly seed: number }
  | { readonly kind: 'data'; readonly item: number }
  | { readonly kind: 'file' }

/** Everything that is chosen, but for the model. */
export interface RestoreSettings {
  readonly picture: PictureSource
  readonly task: Task
  /** 1 where something is to be filled in, row by row. */
  readonly mask: readonly number[]
  /** Of `random`: the share of pixels that is missing. */
  readonly share: number
  readonly factor: number
  readonly kernel: (typeof kernels)[number]
  readonly sigma: number
  readonly strength: number
  readonly method: Method
  readonly steps: number
  readonly count: number
  readonly seed: number
  readonly class: string | undefined
}

/** What the model knows. */
export interface Pictures {
  /** `[channels, height, width]`. */
  readonly shape: readonly [channels: number, height: number, width: number]
  readonly classNames: readonly string[]
}

/** The hole as a control that is painted. */
export function maskControl({ shape: [, height, width] }: Pick<Pictures, 'shape'>): Drawing {
  return {
    kind: 'drawing',
    label: words.mask,
    width,
    height,
    levels: 2,
    names: words.brush,
    initial: middleBox(width, height),
  }
}

/** A hole in the middle, a third of the sides. */
function middleBox(width: number, height: number): number[] {
  const inside = (at: number, size: number): boolean => at >= Math.floor(size / 3) && at < Math.ceil((2 * size) / 3)
  return Array.from({ length: width * height }, (_, i) =>
    Number(inside(i % width, width) && inside(Math.floor(i / width), height)),
  )
}

export function usualSettings(pictures: Pictures): RestoreSettings {
  return {
    picture: { kind: 'seed', seed: 1 },
    task: 'inpaint',
    mask: maskControl(pictures).initial,
    share: 0.7,
    factor: factorsOf(pictures)[0] ?? 2,
    kernel: 'gaussian:1',
    sigma: 0.05,
    strength: 0.5,
    method: 'mmps',
    steps: 20,
    count: 4,
    seed: 0,
    class: undefined,
  }
}

const largestSeed = 2 ** 31 - 1
const numbers = {
  share: { min: 0.05, max: 0.95 },
  sigma: { min: 0, max: 1 },
  strength: { min: 0.05, max: 1 },
  steps: { min: 1, max: 1000, whole: true },
  n: { min: 1, max: 8, whole: true },
  seed: { min: 0, max: largestSeed, whole: true },
} as const

/** What an address says: only what is not usual. */
export function settingsQuery(
  settings: RestoreSettings,
  usual: RestoreSettings,
  pictures: Pictures,
): Record<string, string | undefined> {
  const control = maskControl(pictures)
  const other = <T extends string | number>(value: T, usually: T): string | undefined =>
    value === usually ? undefined : String(value)
  const picture = pictureText(settings.picture)
  const mask = encodeValue(control, settings.mask)
  return {
    picture: picture === pictureText(usual.picture) ? undefined : picture,
    task: other(settings.task, usual.task),
    mask: mask === encodeValue(control, usual.mask) ? undefined : mask,
    share: other(settings.share, usual.share),
    factor: other(settings.factor, usual.factor),
    kernel: other(settings.kernel, usual.kernel),
    sigma: other(settings.sigma, usual.sigma),
    strength: other(settings.strength, usual.strength),
    method: other(settings.method, usual.method),
    steps: other(settings.steps, usual.steps),
    n: other(settings.count, usual.count),
    seed: other(settings.seed, usual.seed),
    class: settings.class,
  }
}

/** The settings of an address, with a sentence for everything that it cannot mean. */
export function settingsOf(
  query: ReadonlyMap<string, string>,
  usual: RestoreSettings,
  pictures: Pictures,
): { readonly settings: RestoreSettings; readonly problems: readonly string[] } {
  const problems: string[] = []
  const names = [...Object.keys(settingsQuery(usual, usual, pictures)), 'model']
  for (const name of query.keys()) if (!names.includes(name)) problems.push(words.problems.unknown(name))
  const read = <T>(name: string, usually: T, parse: (text: string) => T | undefined): T => {
    const written = query.get(name)
    if (written === undefined) return usually
    const value = parse(written)
    if (value === undefined) problems.push(words.problems.value(name, written))
    return value ?? usually
  }
  const number = (name: keyof typeof numbers, usually: number): number =>
    read(name, usually, (text) => {
      const { min, max, ...kind } = numbers[name]
      const value = text.trim() === '' ? Number.NaN : Number(text)
      const whole = !('whole' in kind) || Number.isInteger(value)
      return value >= min && value <= max && whole ? value : undefined
    })
  const oneOf = <T extends string>(name: string, usually: T, all: readonly T[]): T =>
    read(name, usually, (text) => all.find((each) => each === text))
  const control = maskControl(pictures)
  const settings: RestoreSettings = {
    picture: read('picture', usual.picture, parsePicture),
    task: oneOf('task', usual.task, tasksFor(pictures)),
    mask: read('mask', usual.mask, (text) => decodeValue(control, text) as readonly number[] | undefined),
    share: number('share', usual.share),
    factor: read('factor', usual.factor, (text) => factorsOf(pictures).find((each) => String(each) === text)),
    kernel: oneOf('kernel', usual.kernel, kernels),
    sigma: number('sigma', usual.sigma),
    strength: number('strength', usual.strength),
    method: oneOf('method', usual.method, methods),
    steps: number('steps', usual.steps),
    count: number('n', usual.count),
    seed: number('seed', usual.seed),
    class: read<string | undefined>('class', undefined, (name) => pictures.classNames.find((each) => each === name)),
  }
  return { settings, problems }
}

/** Only pictures of three channels have colours to lose, and some sizes have no divisor. */
export function tasksFor(pictures: Pick<Pictures, 'shape'>): readonly Task[] {
  const unable: Partial<Record<Task, boolean>> = {
    colorize: pictures.shape[0] !== 3,
    'super-resolution': factorsOf(pictures).length === 0,
  }
  return tasks.filter((task) => unable[task] !== true)
}

/** How many times smaller pictures of this size can be made: what divides both of their sides. */
export function factorsOf({ shape: [, height, width] }: Pick<Pictures, 'shape'>): readonly number[] {
  return [2, 3, 4, 5, 6, 7, 8].filter((each) => height % each === 0 && width % each === 0)
}

function pictureText(picture: PictureSource): string {
  if (picture.kind === 'file') return 'file'
  return picture.kind === 'seed' ? `seed:${picture.seed}` : `data:${picture.item}`
}

function parsePicture(text: string): PictureSource | undefined {
  if (text === 'file') return { kind: 'file' }
  const [, kind, number] = /^(seed|data):(\d{1,9})$/.exec(text) ?? []
  if (kind === undefined) return undefined
  return kind === 'seed' ? { kind, seed: Number(number) } : { kind: 'data', item: Number(number) }
}
