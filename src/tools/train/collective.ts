/** Several processes that train together: what they exchange, and how a run is made one run by it. */
import { TweedieError } from '../../errors.ts'
import type { Ranks, Reduce } from './ranks.ts'

/** Processes of equal standing. Every call is made by all of them, in the same order. */
export interface Collective extends Ranks {
  /** What it stands on: `mpi`, … */
  readonly name: string
  /** How many of them share this machine. */
  readonly local: number
  /** Adds the arrays of all, in place. All get the same bits. */
  sum(values: Float32Array | Float64Array): Promise<void>
  /** Ends all processes at once, with this status: where one has failed and others wait for it. */
  abort(status: number): void
  /** Takes leave of the others. Nothing may be exchanged after it. */
  close(): Promise<void>
}

/** What makes a training loop one of several. */
export interface SharedTraining {
  readonly ranks: Ranks
  readonly reduce: Reduce
  /** Aborted in all processes after the same step. */
  readonly signal: AbortSignal
  /** The time of the first process, as it was at the end of the last step: all plan alike. */
  readonly clock: () => number
}

/**
 * Joins a loop with those of the other processes: gradients are added in every step, and with them goes what all must agree on, the time and
 * whether somebody wants to stop.
 *
 * @param signal of this process; one is enough to stop all
 * @param clock in milliseconds
 */
export function shareTraining(
  collective: Collective,
  { signal, clock }: { readonly signal?: AbortSignal | undefined; readonly clock: () => number },
): SharedTraining {
  const { rank, count } = collective
  const began = clock()
  const stop = new AbortController()
  let time = 0
  return {
    ranks: { rank, count },
    signal: stop.signal,
    clock: () => time,
    async reduce(gradients, { loss, itemLoss }) {
      await collective.sum(gradients)
      const agreed = new Float64Array(3 + count * itemLoss.length)
      agreed.set([loss, Number(signal?.aborted ?? false), rank === 0 ? clock() - began : 0])
      agreed.set(itemLoss, 3 + rank * itemLoss.length)
      await collective.sum(agreed)
      time = agreed[2]!
      if (agreed[1]! > 0) stop.abort()
      return { loss: agreed[0]! / count, itemLoss: Float32Array.from(agreed.subarray(3)) }
    },
  }
}

/**
 * Refuses processes that differ in what must be the same for all: data, specification, parameters.
 *
 * @param what in words, for the message
 * @throws TweedieError `data` in every process, if any two differ
 */
export async function requireSame(collective: Collective, text: string | Float32Array, what: string): Promise<void> {
  const own = digest(text)
  const { count } = collective
  const sum = Float64Array.of(own)
  await collective.sum(sum)
  // A process cannot know from the sum alone that two others differ; so they tell one another.
  const others = Float64Array.of(Number(sum[0] !== own * count))
  await collective.sum(others)
  if (others[0] === 0) return
  throw new TweedieError('data', `the ${count} processes differ in their ${what}`, {
    hint: 'start all of them with the same command, data and version',
  })
}

/** A checksum of 32 bits (FNV-1a): sums of millions of such are exact in double precision. */
function digest(content: string | Float32Array): number {
  let hash = 0x811c9dc5
  const words =
    typeof content === 'string'
      ? Array.from(content, (letter) => letter.codePointAt(0)!)
      : new Uint32Array(content.buffer, content.byteOffset, content.length)
  for (const word of words) hash = Math.imul(hash ^ word, 0x01000193)
  return hash >>> 0
}
