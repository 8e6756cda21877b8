/** The times of states, from the coordinate that a file has for them. */
import { TweedieError } from '../../../errors.ts'
import { isCivil, timeUnits } from './cf-time.ts'
import { type FieldArray, textOf } from './field-file.ts'

/** When the states are. */
export interface Times {
  readonly times: Float64Array
  readonly step: number
  readonly dated: boolean
  readonly remarks: readonly string[]
}

/**
 * Seconds since 1970 where the coordinate counts since a date, else steps. The step is the commonest distance of neighbours; where
 * one is further away, there is a gap.
 *
 * @throws TweedieError `data` for times that do not rise
 */
export function timesOf(coordinate: FieldArray | undefined, states: number): Times {
  const units = coordinate && timeUnits(textOf(coordinate, 'units'))
  if (coordinate && textOf(coordinate, 'units') === 'steps') {
    const times = Float64Array.from(coordinate.read())
    const breaks = times.filter((time, i) => i > 0 && time - times[i - 1]! > 1).length
    return { times, step: 1, dated: false, remarks: breaks > 0 ? [`${breaks + 1} trajectories`] : [] }
  }
  if (!coordinate || !units) {
    const why = coordinate ? `no date is known for them (units '${textOf(coordinate, 'units')}')` : 'there are none'
    return {
      times: Float64Array.from({ length: states }, (_, i) => i),
      step: 1,
      dated: false,
      remarks: [`times: ${why}: states are counted`],
    }
  }
  const times = Float64Array.from(coordinate.read(), (value) => units.origin + units.factor * value)
  const step = commonStep(times)
  const calendar = textOf(coordinate, 'calendar')
  const gaps = times.filter((time, i) => i > 0 && time - times[i - 1]! > 1.01 * step).length
  const close = times.findIndex((time, i) => i > 0 && time - times[i - 1]! < 0.99 * step)
  if (close >= 0) {
    throw new TweedieError(
      'data',
      `state ${close} is ${times[close]! - times[close - 1]!} s after the one before it, others ${step} s`,
      {
        hint: 'times have to rise in equal steps; gaps are allowed',
      },
    )
  }
  return {
    times,
    step,
    dated: true,
    remarks: [
      ...(gaps > 0 ? [`there are ${gaps} gaps in time: no window reaches over one`] : []),
      ...(isCivil(calendar)
        ? []
        : [`the calendar is ${calendar}: dates are counted as if it were the usual one, and drift from it`]),
    ],
  }
}

/** The commonest distance of neighbours; 1 for a single state. */
function commonStep(times: Float64Array): number {
  const counts = new Map<number, number>()
  for (let i = 1; i < times.length; i++) {
    const step = times[i]! - times[i - 1]!
    counts.set(step, (counts.get(step) ?? 0) + 1)
  }
  let [best, most] = [1, 0]
  for (const [step, count] of counts) if (count > most && step > 0) [best, most] = [step, count]
  return best
}
