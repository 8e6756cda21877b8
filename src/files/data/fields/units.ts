/** Units of temperature, the only ones that are commonly mixed up, and told apart by their values. */
import { TweedieError } from '../../../errors.ts'

type Known = 'K' | 'degC'

/** Kelvin or degrees Celsius, however they are written; undefined for anything else. */
export function temperatureUnits(units: string | undefined): Known | undefined {
  const text = (units ?? '').trim().toLowerCase()
  if (/^(k|kelvins?|deg_?k)$/.test(text)) return 'K'
  return /^(°c|c|celsius|deg_?c|degrees?_?c(elsius)?)$/.test(text) ? 'degC' : undefined
}

/**
 * What has to be added to values in units `from` for units `to`.
 *
 * @throws TweedieError `usage` for units that are not those of the other
 */
export function unitShift(from: string, to: string | undefined, what: string): number {
  if (from === to) return 0
  const [own, wanted] = [temperatureUnits(from), temperatureUnits(to)]
  if (own !== undefined && own === wanted) return 0
  if (own === 'K' && wanted === 'degC') return -273.15
  if (own === 'degC' && wanted === 'K') return 273.15
  throw new TweedieError('usage', `\`units: ${from}\`: ${what} is in ${to ?? 'units that are not known'}`, {
    hint: 'kelvin and degrees Celsius are converted; convert others in the table',
  })
}

/**
 * Refuses values that seem to be in other units: all of them far outside what the model was trained on.
 *
 * @param range of the values that the model was trained on
 * @throws TweedieError `usage` that says in which units they may be
 */
export function requireLikely(
  values: readonly number[],
  { name, units }: { readonly name: string; readonly units?: string | undefined },
  range: readonly [number, number],
): void {
  const sorted = values.toSorted((a, b) => a - b)
  const median = sorted[Math.floor(sorted.length / 2)]!
  const width = range[1] - range[0]
  if (median >= range[0] - 2 * width && median <= range[1] + 2 * width) return
  const known = temperatureUnits(units)
  const shifted = known === 'degC' ? median - 273.15 : known === 'K' ? median + 273.15 : Number.NaN
  const fits = shifted >= range[0] - width && shifted <= range[1] + width
  const text = (value: number): string => String(Number(value.toPrecision(4)))
  throw new TweedieError(
    'usage',
    `observations of ${name} are around ${text(median)}, and the model knows ${text(range[0])} … ${text(range[1])} ${units ?? ''}`.trim(),
    {
      hint: fits
        ? `they look like ${known === 'degC' ? 'kelvin' : 'degrees Celsius'}: \`units: ${known === 'degC' ? 'K' : 'degC'}\` converts them`
        : 'are they in other units? `units: K` and `units: degC` convert temperatures',
    },
  )
}
