/** Times as people write them: dates, or numbers. */
import { TweedieError } from '../../../errors.ts'

/** A date, in universal time unless it has a zone, or a number. @throws TweedieError `data` for anything else */
export function timeIn(cell: string, where: string): { readonly time: number; readonly dated: boolean } {
  if (/^[+-]?\d+(\.\d*)?(e[+-]?\d+)?$/i.test(cell)) return { time: Number(cell), dated: false }
  const match = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?)\s*(Z|UTC|[+-]\d\d:?\d\d)?)?$/i.exec(cell)
  const [, day, clock = '00:00', zone = 'Z'] = match ?? []
  const stamp = match
    ? Date.parse(`${day}T${clock.length === 5 ? `${clock}:00` : clock}${zone.toUpperCase() === 'UTC' ? 'Z' : zone}`)
    : Number.NaN
  if (Number.isFinite(stamp)) return { time: stamp / 1000, dated: true }
  throw new TweedieError('data', `${where}: '${cell}' is no date and no number`, {
    hint: '2019-03-25T06:00Z, or 0, 1, 2, …',
  })
}
