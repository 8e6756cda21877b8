/**
 * A plan seen from the network: one row an evaluation, so that a loop whose body calls the network once runs it.
 *
 * Between two evaluations all is linear. So each row says what the next point of evaluation, and the state at its step's start,
 * are as weighted sums of what is known just after an evaluation:
 *
 *     next = a x + u D̃ + Σ_k d_k D_{−k} + Σ_k b_k m_{−k} + Σ_j c_j z_j
 *
 * with x the state at the present step's start, D̃ the mean before any projection, D the means of this step's evaluations, m the
 * predictions of earlier steps, and z all noises of the run. What a plan says by predictions of the same step, m = v_x x_t + v_D D,
 * is written out in x and D in double precision: ε and the state at strong noise nearly cancel, and single precision would not do.
 */
import { viewOf } from '../denoise/parametrisation.ts'
import type { Schedule } from '../noise/schedule.ts'
import type { Plan } from './plan.ts'

/** Weights of what is known after an evaluation. */
export interface EvaluationWeights {
  /** a, of the state at the step's start. */
  readonly state: number
  /** u, of the newest mean before any projection. */
  readonly unprojected: number
  /** d_k, of the means of this step, the newest first; what is not listed is 0. */
  readonly means: readonly number[]
  /** b_k for k ≥ 1, of predictions of earlier steps: m_{−1} first. */
  readonly older: readonly number[]
  /** c_j by j, the number of the draw within the run. */
  readonly noise: ReadonlyMap<number, number>
}

/** One evaluation, and what follows from it. */
export interface EvaluationRow {
  /** The time of the point that is evaluated. */
  readonly t: number
  /** The number of its step. */
  readonly step: number
  /** The next point of evaluation; of the last row, the result. */
  readonly point: EvaluationWeights
  /** The state at the start of the next evaluation's step; of the last row, the result. */
  readonly state: EvaluationWeights
  /** The prediction m of this evaluation. */
  readonly prediction: EvaluationWeights
}

/** The whole run. */
export interface EvaluationTable {
  /** The first point of evaluation, and the state at its step's start, of x alone and noise. */
  readonly first: Pick<EvaluationRow, 'point' | 'state'>
  readonly rows: readonly EvaluationRow[]
  /** How many means, older than the newest, are needed again. */
  readonly means: number
  /** How many predictions of earlier evaluations are needed again. */
  readonly older: number
  /** Which step draws each noise, and the number of the draw within that step: what a `NoiseSource` is asked for. */
  readonly draws: readonly { readonly step: number; readonly draw: number }[]
  /** Whether every point of evaluation is the state at its step's start: then one array is enough. */
  readonly onePoint: boolean
}

/**
 * The rows of a plan.
 *
 * @example
 * const table = evaluationTable(ddim().plan(schedule, timesOf(schedule, 20)), schedule)
 * table.rows.length // 20
 */
export function evaluationTable({ view, steps }: Plan, schedule: Schedule): EvaluationTable {
  const draws: { step: number; draw: number }[] = []
  const rows: EvaluationRow[] = []
  let first: EvaluationTable['first'] | undefined
  let last: Pick<EvaluationRow, 't' | 'step'> | undefined
  let onePoint = true
  /** As sums since the last evaluation: the state at the step's start, and the point that is reached. */
  let [state, point]: [Sum, Sum] = [itself, itself]
  /** The predictions of the evaluations of one step. */
  let predictions: readonly Sum[] = []
  const close = (): void => {
    const newest = predictions.length - 1
    onePoint &&= point === state
    const both = { point: listed(point, newest), state: listed(state, newest) }
    if (last) rows.push({ ...last, ...both, prediction: listed(predictions[newest]!, newest) })
    else first = both
  }

  for (const [index, { t, stages }] of steps.entries()) {
    const noises: number[] = []
    let [time, begun] = [t, false]
    /** The point before this step's first evaluation, as a sum of the step's own start. */
    let start = itself
    for (const [number, stage] of stages.entries()) {
      if (stage.evaluate) {
        close()
        // within a step the point is a sum of its start and of its means already
        const at = begun ? aged(point) : start
        const { x, mean } = viewOf(view, schedule, time)
        const before = begun ? predictions.map(aged) : []
        const newest = { ...none, means: new Map([[before.length, mean]]) }
        predictions = [...before, sum([x, at], [1, newest])]
        last = { t: time, step: index }
        begun = true
        state = itself
      }
      for (let draw = noises.length; draw < (stage.noise?.length ?? 0); draw++) {
        noises.push(draws.push({ step: index, draw }) - 1)
      }
      const noise = new Map((stage.noise ?? []).map((weight, j) => [noises[j]!, weight]))
      const own: Sum = { ...none, unprojected: stage.unprojected ?? 0, noise }
      const history = stage.history.map((weight, k): Term => [weight, predictions.at(-1 - k) ?? earlier(k)])
      point = sum([1, own], ...history, [stage.x, state])
      if (!begun) start = sum([1, own], ...stage.history.map((b, k): Term => [b, earlier(k + 1)]), [stage.x, itself])
      if (number === stages.length - 1) state = point
      time = stage.time
    }
  }
  close()
  const all = rows.flatMap((row) => [row.point, row.state])
  const older = longest(all.map((each) => each.older))
  const carried = older > 0 ? rows.map((row) => row.prediction) : []
  const means = Math.max(0, longest([...all, ...carried].map((each) => each.means)) - 1)
  return { first: first!, rows, means, older, draws, onePoint }
}

const longest = (lists: readonly (readonly number[])[]): number =>
  lists.reduce((most, { length }) => Math.max(most, length), 0)

/** A weighted sum. */
interface Sum {
  readonly state: number
  readonly unprojected: number
  /** By the number of the evaluation within its step. */
  readonly means: ReadonlyMap<number, number>
  /** By how many evaluations ago. */
  readonly older: ReadonlyMap<number, number>
  readonly noise: ReadonlyMap<number, number>
}

type Term = readonly [factor: number, of: Sum]

const none: Sum = { state: 0, unprojected: 0, means: new Map(), older: new Map(), noise: new Map() }
const itself: Sum = { ...none, state: 1 }
const earlier = (k: number): Sum => ({ ...none, older: new Map([[k, 1]]) })

/** The same sum one evaluation later. */
const aged = (of: Sum): Sum => ({ ...of, older: new Map(Array.from(of.older, ([k, weight]) => [k + 1, weight])) })

/** Σ factor · sum; what has the factor 0 is left out. */
function sum(...terms: readonly Term[]): Sum {
  const wanted = terms.filter(([factor]) => factor !== 0)
  const number = (of: (each: Sum) => number): number =>
    wanted.reduce((total, [factor, each]) => total + factor * of(each), 0)
  const map = (of: (each: Sum) => ReadonlyMap<number, number>): Map<number, number> => {
    const total = new Map<number, number>()
    for (const [factor, each] of wanted) {
      for (const [key, weight] of of(each)) total.set(key, (total.get(key) ?? 0) + factor * weight)
    }
    return new Map([...total].filter(([, weight]) => weight !== 0))
  }
  return {
    state: number((each) => each.state),
    unprojected: number((each) => each.unprojected),
    means: map((each) => each.means),
    older: map((each) => each.older),
    noise: map((each) => each.noise),
  }
}

/** @param newest the number of the newest evaluation within its step */
function listed({ means, older, ...rest }: Sum, newest: number): EvaluationWeights {
  const list = (of: ReadonlyMap<number, number>, place: (key: number) => number): number[] => {
    const places = Array.from(of, ([key, weight]) => [place(key), weight] as const)
    const found = new Map(places)
    return Array.from({ length: Math.max(0, ...places.map(([at]) => at + 1)) }, (_, i) => found.get(i) ?? 0)
  }
  return { ...rest, means: list(means, (key) => newest - key), older: list(older, (key) => key - 1) }
}
