/** Which trajectory is assimilated: its first state, and how many there are. */
import { TweedieError } from '../../../errors.ts'
import type { FieldFacts } from '../../../files/data/fields/facts.ts'
import type { ValuesOf } from '../../../options.ts'
import type { AssimilationData } from '../../family.ts'
import type { assimilateOptions } from '../options/assimilate.ts'

/** The first state and the number of states: as asked, or from the first thing that is known on. */
export function spanOf(
  { observations = [], given }: AssimilationData,
  { start: asked, length: wanted }: ValuesOf<typeof assimilateOptions>,
  { dated, step }: FieldFacts,
  window: number,
): { readonly start: number; readonly length: number } {
  if (asked !== undefined && asked.dated !== dated) {
    throw new TweedieError(
      'usage',
      `\`start\`: ${dated ? 'a date, such as 2019-03-25T00:00Z' : 'a number: times are counted'}`,
    )
  }
  const own = observations.filter((each) => each.dated).map(({ time }) => time)
  const counts = observations.filter((each) => !each.dated).map(({ time }) => time)
  const known = given ? [...own, given.times[0]!, given.times.at(-1)!] : own
  const first = asked?.time ?? (known.length > 0 ? Math.min(...known) : dated ? Number.NaN : 0)
  if (Number.isNaN(first)) {
    throw new TweedieError('usage', 'observations have no dates: when is the first state?', {
      hint: '`start: 2019-03-25T00:00Z`',
    })
  }
  const last = Math.max(0, ...known.map((time) => (time - first) / step), ...counts)
  const length = Math.max(window, wanted ?? Math.ceil(last - 1e-6) + 1)
  if (wanted !== undefined && wanted < window) {
    throw new TweedieError(
      'usage',
      `\`length: ${wanted}\`: a trajectory has as many states as a window, ${window}, or more`,
    )
  }
  return { start: first, length }
}
