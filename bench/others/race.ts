/** Libraries in turns at one task, after each has shown that it computes the same. */
import { median, timed } from '../measure.ts'
import type { Library, Trial, Way } from './library.ts'
import type { Task } from './task.ts'

/** How one library did. */
export interface Standing {
  readonly library: string
  readonly version: string
  /** The way that was timed, and its median; neither where no way gives the result. */
  readonly way?: string
  readonly ms?: number
  readonly runs?: number
  /** The largest difference from the first library's results, over their root mean square. */
  readonly difference?: number
  readonly passedOver: readonly PassedOver[]
}

/** A way that was not timed: it cannot do the task, in its own words, or takes so many times as long as the way that was. */
export type PassedOver = { readonly way: string } & ({ readonly error: string } | { readonly factor: number })

/** How a race is run. */
export interface RaceOptions {
  readonly rounds: number
  /** Runs of one turn go on for so long; there is one at least. */
  readonly turnMs?: number
}

interface Entrant {
  readonly way: string
  readonly trial: Trial
  readonly difference: number
  /** Of one run, after the first ones unless these tried our patience. */
  readonly ms: number
}

/** A library with the way that is timed, if any, and its times so far. */
interface Entered {
  readonly library: Library
  readonly entrant?: Entrant
  readonly passedOver: readonly PassedOver[]
  readonly times: number[]
}

/** The largest difference that is allowed, over the root mean square: sums of hundreds of products in another order. */
const tolerance = 1e-3

/** Steps of training whose losses are compared: the second one tells whether the first step was the same. */
const trainingSteps = 2

/** Milliseconds after which a way of a library is not run again. */
const patience = 20_000

/** Medians of all libraries that can do the task. The first one is what the others are compared with. */
export async function race(
  libraries: readonly Library[],
  task: Task,
  { rounds, turnMs = 400 }: RaceOptions,
): Promise<Standing[]> {
  const { results: expected } = await firstRuns(await libraries[0]!.ways[0]!.prepare(task), task)
  const entered: Entered[] = []
  for (const library of libraries) entered.push({ library, times: [], ...(await enter(library, task, expected)) })

  for (let round = 0; round < rounds; round++) {
    for (const { entrant, times } of entered) {
      if (entrant === undefined || entrant.ms + sum(times) > patience) continue
      const end = performance.now() + turnMs
      do times.push(await timed(() => entrant.trial.run()))
      while (performance.now() < end)
    }
  }
  return entered.map(({ library: { name, version }, entrant, passedOver, times }) => {
    const common = { library: name, version, passedOver }
    if (entrant === undefined) return common
    const { way, ms, difference } = entrant
    return { ...common, way, ms: times.length > 0 ? median(times) : ms, runs: times.length || 1, difference }
  })
}

/** The way of a library that is timed: the first one that gives the expected results, or the quickest. */
async function enter({ ways, choose }: Library, task: Task, expected: readonly Float32Array[]) {
  const passedOver: PassedOver[] = []
  let best: Entrant | undefined
  for (const way of ways) {
    if (best !== undefined && choose === 'first') break
    try {
      const entrant = await tried(way, task, expected)
      const [quick, slow] = best === undefined || entrant.ms < best.ms ? [entrant, best] : [best, entrant]
      if (slow) passedOver.push({ way: slow.way, factor: slow.ms / quick.ms })
      best = quick
    } catch (error) {
      passedOver.push({
        way: way.name,
        error: (error instanceof Error ? error.message : String(error)).split('\n')[0]!,
      })
    }
  }
  return { ...(best && { entrant: best }), passedOver }
}

/** @throws where the library cannot do the task, or gives something else */
async function tried(way: Way, task: Task, expected: readonly Float32Array[]): Promise<Entrant> {
  const trial = await way.prepare(task)
  const { results: got, ms } = await firstRuns(trial, task)
  const difference = Math.max(...expected.map((each, i) => differenceOf(each, got[i]!)))
  if (!(difference < tolerance)) throw new Error(`gives another result: off by ${difference.toPrecision(2)}`)
  return { way: way.name, trial, difference, ms: ms > patience ? ms : await timed(() => trial.run()) }
}

/** What the first runs give, one run or the losses of some steps, and how long the last one took. */
async function firstRuns(trial: Trial, task: Task): Promise<{ results: Float32Array[]; ms: number }> {
  const results: Float32Array[] = []
  let ms = 0
  for (let run = 0; run < (task.kind === 'training' ? trainingSteps : 1); run++) {
    ms = await timed(() => trial.run())
    results.push((await trial.result()).slice())
  }
  return { results, ms }
}

const sum = (list: readonly number[]): number => list.reduce((total, value) => total + value, 0)

/** The largest difference over the root mean square; NaN for different lengths. */
function differenceOf(expected: Float32Array, got: Float32Array): number {
  if (expected.length !== got.length) return Number.NaN
  const [square, largest] = expected.reduce(
    ([square, largest], value, i) => [square + value * value, Math.max(largest, Math.abs(value - got[i]!))],
    [0, 0] as [number, number],
  )
  return largest / Math.sqrt(square / expected.length)
}
