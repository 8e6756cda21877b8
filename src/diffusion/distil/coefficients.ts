/** The numbers of a jump that the graph of its loss is fed with, for each item: everything that depends on the schedule. */
import type { Objective } from '../denoise/objective-spec.ts'
import { viewOf } from '../denoise/parametrisation.ts'
import { ddimWeights, jumpWeights } from './jump.ts'
import type { Jump } from './few-steps.ts'

/** How a network is evaluated at a state z: it sees `scale` z and time `t`, and x̂ = `fromState` z + `fromOutput` m. */
const evaluation = ['scale', 't', 'fromState', 'fromOutput'] as const

/** What is done with the mean of a teacher's step: the next state `state` z + `mean` x̂, and the share of x̂ in the target. */
const stepping = [...evaluation, 'state', 'mean', 'share'] as const

/** How the student goes on from where the teacher's steps end: only its share in the target. */
const onward = [...evaluation, 'share'] as const

/** The student's own: x_t = `alpha` x₀ + `sigma` ε, seen as `scale` x_t at `t`; m* = `viewState` x_t + `viewMean` x̂*; and the weight. */
const student = ['alpha', 'sigma', 'scale', 't', 'viewState', 'viewMean', 'weight'] as const

/** The names of the inputs, in the order of {@link jumpCoefficients}. */
export function jumpInputs(teacherSteps: number, goesOn: boolean): readonly string[] {
  return [
    ...student,
    ...Array.from({ length: teacherSteps }, (_, j) => stepping.map((name) => `teacher${j}.${name}`)).flat(),
    ...(goesOn ? onward.map((name) => `onward.${name}`) : []),
  ]
}

/**
 * Their values. Where the teacher's steps already reach the end, the student's share is 0, and it is evaluated at the start instead.
 *
 * @param goesOn whether the graph has the student's own jump from the last time
 */
export function jumpCoefficients(objective: Objective, { times, end }: Jump, goesOn: boolean): readonly number[] {
  const { schedule, parametrisation, view, weight } = objective
  const [start, last] = [times[0]!, times.at(-1)!]
  const evaluated = (t: number): number[] => {
    const { x, mean } = viewOf(parametrisation, schedule, t)
    return [view.scale(t), view.time(t), -x / mean, 1 / mean]
  }
  const whole = last > end ? [...times, end] : times
  const shares = jumpWeights(schedule, whole)
  const seen = viewOf(parametrisation, schedule, start)
  return [
    schedule.alpha(start),
    schedule.sigma(start),
    view.scale(start),
    view.time(start),
    seen.x,
    seen.mean,
    weight(start),
    ...times.slice(1).flatMap((s, j) => {
      const { state, mean } = ddimWeights(schedule, times[j]!, s)
      return [...evaluated(times[j]!), state, mean, shares[j]!]
    }),
    ...(goesOn ? [...evaluated(last > end ? last : start), last > end ? shares.at(-1)! : 0] : []),
  ]
}
