/**
 * How a network sees the state and the time: x_t is multiplied by a factor, and t is converted to the network's own
 * units.
 * Networks tell times apart that differ by about one, so these run over a thousand units or so, but for `slow`.
 */
import type { Schedule } from '../noise/schedule.ts'
import { indexOfTime } from '../noise/table-schedule.ts'
import { TweedieError } from '../../errors.ts'

/**
 * - `level` — x_t as it is, and the level of the schedule's table, 0 … T − 1 (as in DDPM and diffusers)
 * - `time` — x_t as it is, and 1000 t (Score-Based Generative Modeling, Song et al., 2021)
 * - `slow` — x_t as it is, and 10 t: the output is smooth in time, as a field should be that is solved in few steps
 * - `noise` — x_t / √(α² σ_data² + σ²), of unit variance at all times, and 250 ln(σ/α): EDM's c_in and 1000 c_noise
 *   (Karras et al., 2022, table 1, https://arxiv.org/abs/2206.00364)
 */
export type InputViewName = 'level' | 'time' | 'slow' | 'noise'

/** The two functions of t. */
export interface InputView {
  readonly name: InputViewName
  /** The factor of x_t. */
  scale(t: number): number
  /** The time in the network's units. */
  time(t: number): number
}

/** The names of {@link inputView}. */
export const inputViewNames: readonly InputViewName[] = Object.freeze(['level', 'time', 'slow', 'noise'])

/**
 * A view by name.
 *
 * @param sigmaData the standard deviation of the data
 * @throws TweedieError `usage` for `level` where there is no table
 */
export function inputView(name: InputViewName, schedule: Schedule, sigmaData = 0.5): InputView {
  const one = (): number => 1
  const { table } = schedule
  if (name === 'time') return Object.freeze({ name, scale: one, time: (t: number) => 1000 * t })
  if (name === 'slow') return Object.freeze({ name, scale: one, time: (t: number) => 10 * t })
  if (name === 'noise') {
    return Object.freeze({
      name,
      scale: (t: number) => 1 / Math.hypot(schedule.alpha(t) * sigmaData, schedule.sigma(t)),
      time: (t: number) => -125 * schedule.logSnr(t),
    })
  }
  if (name !== 'level') {
    throw new TweedieError('usage', `unknown view of the input: ${String(name)}`, {
      hint: `one of ${inputViewNames.join(', ')}`,
    })
  }
  if (table === undefined) {
    throw new TweedieError('usage', `the schedule ${schedule.name} has no table, and so no levels`)
  }
  return Object.freeze({ name, scale: one, time: (t: number) => indexOfTime(table, t) })
}

/**
 * The default view: levels of a table, the noise level where the state's scale or EDM's network asks for it, else time.
 */
export function defaultInputView(schedule: Schedule, parametrisation: string): InputViewName {
  if (parametrisation === 'edm' || schedule.sigma(1) > 2) return 'noise'
  return schedule.table ? 'level' : 'time'
}
