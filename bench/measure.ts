/** Time, alternating with a peer, and the machine's own best. */
import { input, matmul } from '../src/engine/graph/index.ts'
import { compile } from '../src/engine/runtime/program.ts'
import type { Engine } from '../src/engine/runtime/session.ts'

/** Milliseconds that a task takes. */
export async function timed(run: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  await run()
  return performance.now() - start
}

export function median(list: readonly number[]): number {
  const sorted = [...list].sort((a, b) => a - b)
  return sorted[sorted.length >> 1]!
}

/**
 * What alternates: each round times `ours` a few times, after one run that finds the caches full of the peer's data, and
 * asks the peer, where there is one, for its own median, which follows runs of its own.
 */
export interface Contest {
  readonly rounds: number
  readonly runs: number
  readonly ours: () => Promise<unknown>
  readonly peer?: (() => number) | undefined
  /** The machine's best in GFLOP/s, asked in every round: its pace is not the same from one minute to the next. */
  readonly peak?: (() => Promise<number>) | undefined
}

/** Medians of both sides, in milliseconds, and of the machine's best. */
export interface Outcome {
  readonly ms: number
  readonly peerMs?: number
  /** Of `ms` times the peak in the same round, in millions of operations: what could have been done in our time. */
  readonly possible?: number
}

/** See {@link Contest}. */
export async function alternate({ rounds, runs, ours, peer, peak }: Contest): Promise<Outcome> {
  const [mine, theirs, possible]: [number[], number[], number[]] = [[], [], []]
  for (let round = 0; round < rounds; round++) {
    await ours()
    const times: number[] = []
    for (let run = 0; run < runs; run++) times.push(await timed(ours))
    mine.push(...times)
    if (peak) possible.push(median(times) * (await peak()))
    if (peer) theirs.push(peer())
  }
  return {
    ms: median(mine),
    ...(peer && { peerMs: median(theirs) }),
    ...(peak && { possible: median(possible) }),
  }
}

/** The machine's best at a large product, in GFLOP/s. */
export async function peakGflops(engine: Engine, threads: number): Promise<number> {
  const size = 1536
  const outputs = { y: matmul(input('a', [size, size]), input('b', [size, size])) }
  using program = await compile(outputs, engine, { threads })
  const feeds = { a: new Float32Array(size * size).fill(1), b: new Float32Array(size * size).fill(1) }
  using bound = program.bind(feeds, { y: new Float32Array(size * size) })
  let best = Infinity
  for (let run = 0; run < 15; run++) best = Math.min(best, await timed(() => bound.run()))
  return (2 * size ** 3) / best / 1e6
}
