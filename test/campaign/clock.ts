/** A clock that jumps: by hours, days and years, forwards and backwards, whenever it is read. */
import { integer, sample } from 'fast-check'

/** Jumps in seconds, each with either sign. */
const jumps = [0, 1, 61, 3601, 90_000, 86_400 * 400, 86_400 * 365 * 30]

/**
 * Lets `Date` jump while some work runs. What measures durations by it, or takes it for a name or an order, goes wrong.
 *
 * @param seed decides the jumps
 */
export async function withJumpingClock<T>(seed: number, work: () => Promise<T>): Promise<T> {
  const Real = Date
  const turns = sample(integer({ min: 0, max: 2 * jumps.length - 1 }), { seed, numRuns: 997 })
  let read = 0
  const now = (): number => {
    const turn = turns[read++ % turns.length]!
    return Real.now() + (turn % 2 === 0 ? 1000 : -1000) * jumps[turn >> 1]!
  }
  const jumping = new Proxy(Real, {
    construct: (target, args: unknown[]) =>
      (args.length === 0 ? new target(now()) : Reflect.construct(target, args)) as object,
    get: (target, name) => (name === 'now' ? now : (Reflect.get(target, name) as unknown)),
  })
  globalThis.Date = jumping
  try {
    return await work()
  } finally {
    globalThis.Date = Real
  }
}
