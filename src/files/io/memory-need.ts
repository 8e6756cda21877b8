/** What a model folder takes of memory, worked out from the sizes of its files before any of it is loaded. */
import { TweedieError } from '../../errors.ts'
import type { WeightMemory } from './folder-types.ts'

/** A file of weights. */
export interface WeightFile {
  /** The part that it belongs to: `unet`. */
  readonly part: string
  readonly bytes: number
}

/** What a user says about memory: how weights are held, and how many bytes a model may take. */
export interface MemoryChoice {
  readonly weights: WeightMemory
  readonly most?: number | undefined
}

/**
 * Reads `low`, `high`, `auto`, or a size (`6GB`, `800MB`), which is kept to by low.
 *
 * @throws TweedieError `usage` for anything else
 */
export function parseMemory(text: string): MemoryChoice {
  if (text === 'low' || text === 'high' || text === 'auto') return { weights: text }
  const { number, unit } = /^(?<number>\d+(?:\.\d+)?) ?(?<unit>[MG])B?$/i.exec(text)?.groups ?? {}
  if (number !== undefined) return { weights: 'low', most: Number(number) * (/m/i.test(unit!) ? 1e6 : 1e9) }
  throw new TweedieError('usage', `\`memory: ${text}\` is no way to use memory`, {
    hint: 'low (weights stay as their file stores them), high (in single precision), auto, or the most that may be used: 6GB',
  })
}

/** What is needed. */
export interface MemoryNeed {
  /** Bytes in all. */
  readonly bytes: number
  /** The part that needs most, and its bytes. */
  readonly largest: { readonly part: string; readonly bytes: number }
}

/** What the runtime takes beside weights: values between layers of the largest networks, the program itself. */
const beside = 2 ** 31

/** Files below which a model is no matter of memory: none is refused. */
const smallBytes = 2 ** 28

/**
 * The most that drawing takes. Parts are used in turn, and each keeps its weights as they are in the file: so it is the largest part and what the
 * runtime takes beside it. Undefined for small models.
 *
 * @example
 * memoryNeed([{ part: 'unet', bytes: 1.72e9 }, { part: 'vae', bytes: 1.7e8 }])?.bytes // 3.9e9
 */
export function memoryNeed(files: readonly WeightFile[]): MemoryNeed | undefined {
  const parts = new Map<string, number>()
  for (const { part, bytes } of files) parts.set(part, (parts.get(part) ?? 0) + bytes)
  const [largest] = [...parts].sort((a, b) => b[1] - a[1])
  if (largest === undefined || largest[1] < smallBytes) return undefined
  return { bytes: largest[1] + beside, largest: { part: largest[0], bytes: largest[1] } }
}

/**
 * Refuses a model for which there is no room.
 *
 * @param free bytes that are free
 * @param most bytes that the model may take, if that is limited
 * @throws TweedieError `model` that says what is needed, what is free, and what helps
 */
export function requireMemory(files: readonly WeightFile[], free: number, source: string, most = Infinity): void {
  const need = memoryNeed(files)
  if (need === undefined || need.bytes <= Math.min(free, most)) return
  const { part, bytes } = need.largest
  throw new TweedieError(
    'model',
    `${source} needs about ${gigabytes(need.bytes)} of memory (${gigabytes(bytes)} for the weights of ${part}), and ${most < free ? `${gigabytes(most)} may be used` : `${gigabytes(free)} are free`}`,
    {
      hint: 'end other programs, or take the files of a variant of fewer bits (`variant: fp16`), or a smaller model; `memory: high` tries all the same',
    },
  )
}

/**
 * A sentence where weights that are all made wide at once (`memory: high`) are more than what is free; undefined where there is room, and
 * for small models.
 */
export function crowdedBy(files: readonly WeightFile[], free: number): string | undefined {
  if (memoryNeed(files) === undefined) return undefined
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0)
  if (bytes <= free) return undefined
  return `the weights are ${gigabytes(bytes)} in their files, and ${gigabytes(free)} of memory are free: with \`memory: high\` it will be slow, or stopped by the system; \`memory: low\` keeps them as they are stored`
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`
}
