/** The times that a sampler of tokens visits. */
import { TweedieError } from '../../errors.ts'
import type { AbsorbingProcess, DiscreteProcess } from './process.ts'

/**
 * `steps` + 1 falling times from 1 to 0, evenly spaced; those of the process's own steps if it has any.
 *
 * @throws TweedieError `usage` for more steps than the process has
 */
export function tokenTimes({ spec: { steps: own } }: DiscreteProcess, steps: number): readonly number[] {
  if (own !== null && steps > own) {
    throw new TweedieError('usage', `${steps} steps of a process that has ${own}`, { hint: `take at most ${own}` })
  }
  return Array.from({ length: steps + 1 }, (_, i) => {
    const t = 1 - i / steps
    return own === null ? t : Math.round(t * own) / own
  })
}

/** The time at which this share of tokens is expected to be masked. */
export function timeOfMasks({ fade, spec: { steps } }: AbsorbingProcess, share: number): number {
  let [low, high] = [0, 1]
  for (let i = 0; i < 50; i++) {
    const middle = (low + high) / 2
    if (1 - fade.alphaBar(middle) < share) low = middle
    else high = middle
  }
  if (steps === null) return high
  return Math.min(steps, Math.max(1, Math.round(high * steps))) / steps
}
