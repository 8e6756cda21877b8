/** Tries inputs on a reader: each has to give a result or an error of ours, soon, and in little memory. */
import { isTweedieError } from '../../../src/errors.ts'
import { diceFor } from './dice.ts'
import { mutate } from './mutate.ts'
import type { Reader } from './reader.ts'

/** What went wrong with an input. */
export interface Find {
  readonly reader: string
  readonly kind: 'crash' | 'hang' | 'memory'
  readonly what: string
  /** Which input of the reader it was; with the seed, it can be made again. */
  readonly index: number
  readonly input: Uint8Array
}

/** No input may take longer, in milliseconds. */
export const mostMs = 1000
/** No input may take more memory, in bytes. */
export const mostBytes = 512 * 2 ** 20

/** How one input ended. */
export async function tried(
  reader: Reader,
  bytes: Uint8Array,
): Promise<Omit<Find, 'reader' | 'index' | 'input'> | undefined> {
  const before = process.resourceUsage().maxRSS
  const begin = performance.now()
  const cpu = process.cpuUsage()
  let crash: string | undefined
  try {
    await reader.read(bytes)
  } catch (error) {
    if (!isTweedieError(error) || error.code === 'internal') crash = stackOf(error)
  }
  // A busy machine is slow; what counts is what the input made this process do.
  const { user, system } = process.cpuUsage(cpu)
  const took = Math.min(performance.now() - begin, (user + system) / 1000)
  const grown = 1024 * (process.resourceUsage().maxRSS - before)
  if (crash !== undefined) return { kind: 'crash', what: crash }
  if (took > mostMs) return { kind: 'hang', what: `${Math.round(took)} ms` }
  if (grown > mostBytes) return { kind: 'memory', what: `${Math.round(grown / 2 ** 20)} MiB` }
  return undefined
}

/** Tries `count` inputs, from the one numbered `from`. */
export async function hunt(
  reader: Reader,
  { seed, from = 0, count, onInput }: { seed: number; from?: number; count: number; onInput?: (index: number) => void },
): Promise<readonly Find[]> {
  const seeds = await reader.seeds()
  const found: Find[] = []
  await warm(reader, seeds[0]!)
  for (let index = from; index < from + count; index++) {
    onInput?.(index)
    const input = inputOf(reader, seeds, seed, index)
    const wrong = await tried(reader, input)
    if (wrong) found.push({ reader: reader.name, ...wrong, index, input })
  }
  return found
}

/** Reads once, so that loading a package for it counts for no input. */
export async function warm(reader: Reader, bytes: Uint8Array): Promise<void> {
  await Promise.resolve(bytes)
    .then((seed) => reader.read(seed))
    .catch(() => undefined)
}

/** Input number `index`. */
export function inputOf(reader: Reader, seeds: readonly Uint8Array[], seed: number, index: number): Uint8Array {
  const dice = diceFor(reader.name, seed, index)
  return mutate(dice.pick(seeds), dice, dice.pick(seeds))
}

function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const at = error.stack?.split('\n').find((line) => line.includes('/src/') || line.includes('/dist/')) ?? ''
  return `${error.name}: ${error.message.slice(0, 200)} ${at.trim()}`
}
