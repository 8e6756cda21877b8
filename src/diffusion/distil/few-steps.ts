/**
 * How a model learns to sample in few steps, as plain JSON, and the jumps that it is trained on: a pure function of the step, so that
 * a run resumes bit for bit.
 */
import { TweedieError } from '../../errors.ts'
import type { Schedule } from '../noise/schedule.ts'
import { nestedClock } from './clock.ts'

/**
 * - `consistency` — from any time, the student jumps to the end of its segment of the time axis. It follows one step of the teacher
 *   (or, without one, of the data), and its own jump from there. One segment: Consistency Models (Song et al., 2023),
 *   https://arxiv.org/abs/2303.01469; several: Multistep Consistency Models (Heek et al., 2024), https://arxiv.org/abs/2403.06807
 * - `progressive` — from the start of each of its steps, the student jumps as far as several steps of the teacher. Progressive
 *   Distillation (Salimans & Ho, 2022), https://arxiv.org/abs/2202.00512
 */
export const fewStepsMethods = Object.freeze(['consistency', 'progressive'] as const)

/** A name in {@link fewStepsMethods}. */
export type FewStepsMethod = (typeof fewStepsMethods)[number]

/** The whole choice. */
export interface FewSteps {
  readonly method: FewStepsMethod
  /** S: the steps that the student samples in. */
  readonly steps: number
  /** How finely time is divided: into `first` steps, twice as many after each `every` steps of training, up to `last`; multiples of S. */
  readonly grid: { readonly first: number; readonly last: number; readonly every: number }
}

/** One jump: the student's step from the first time to `end`, and what it learns it from. */
export interface Jump {
  /** Falling times: of the teacher's steps, the first one the student's start. */
  readonly times: readonly number[]
  /** Where the student's step ends; the student goes on from the last of `times` where that is not the end yet. */
  readonly end: number
}

/**
 * Refuses numbers that do not fit together.
 *
 * @throws TweedieError `usage`
 */
export function checkFewSteps({ method, steps, grid: { first, last, every } }: FewSteps): void {
  for (const [name, value] of Object.entries({ steps, 'grid.first': first, 'grid.last': last, 'grid.every': every })) {
    if (Number.isSafeInteger(value) && value > 0 && value <= 100_000) continue
    throw new TweedieError('usage', `few steps: ${name} is ${value}: it must be a whole number from 1 to 100000`)
  }
  for (const count of [first, last]) {
    if (count % steps === 0 && count > steps) continue
    throw new TweedieError(
      'usage',
      `a time axis of ${count} steps does not divide into the student's ${steps} steps of two or more`,
      { hint: `a multiple of ${steps}, such as ${8 * steps}` },
    )
  }
  if (!Number.isInteger(Math.log2(last / first)) || last < first) {
    throw new TweedieError('usage', `a time axis of ${first} steps never doubles to ${last}`)
  }
  if (method === 'progressive' && first !== last) {
    throw new TweedieError('usage', 'progressive distillation has one grid: that of the teacher', {
      hint: 'grid.first equal to grid.last',
    })
  }
}

/** How many steps the time axis is divided into at a step of training. */
export function gridAt({ grid: { first, last, every } }: FewSteps, step: number): number {
  return Math.min(last, first * 2 ** Math.min(40, Math.floor(step / every)))
}

/** The number of steps of the teacher that a jump follows: the same for all jumps of a run. */
export function teacherSteps({ method, steps, grid }: FewSteps): number {
  return method === 'consistency' ? 1 : grid.last / steps
}

/**
 * The jump of a share u ∈ [0, 1) of all jumps, at a step of training.
 *
 * @example
 * jumpAt({ method: 'consistency', steps: 2, grid: { first: 8, last: 8, every: 1 } }, rectifiedFlow(), 0.7, 0)
 */
export function jumpAt(few: FewSteps, schedule: Schedule, share: number, step: number): Jump {
  const clock = nestedClock(schedule)
  const [count, follows] = [gridAt(few, step), teacherSteps(few)]
  const [segment, jumps] = [count / few.steps, few.method === 'consistency' ? count : few.steps]
  const place = Math.min(jumps, Math.floor(share * jumps) + 1) * (count / jumps)
  const end = Math.floor((place - 1) / segment) * segment
  return {
    times: Array.from({ length: follows + 1 }, (_, i) => clock((place - i) / count)),
    end: clock(end / count),
  }
}
