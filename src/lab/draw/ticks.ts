/** Where an axis has marks, and how its numbers are written. */
import type { Axis } from '../learn/figure.ts'

/** Round numbers in [min, max], about `wanted` of them: steps of 1, 2 or 5 times a power of ten; on a log axis, powers of ten. */
export function ticksOf({ min, max, scale = 'linear' }: Axis, wanted: number): number[] {
  if (!(max > min)) return []
  if (scale === 'log') return logTicks(min, max, wanted)
  const rough = (max - min) / Math.max(1, wanted)
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = power * ([1, 2, 5, 10].find((each) => each * power >= rough * 0.999) ?? 10)
  const first = Math.ceil(min / step - 1e-9)
  const count = Math.floor(max / step + 1e-9) - first + 1
  return Array.from({ length: count }, (_, i) => Number(((first + i) * step).toPrecision(12)))
}

function logTicks(min: number, max: number, wanted: number): number[] {
  if (!(min > 0)) return []
  const [low, high] = [Math.ceil(Math.log10(min) - 1e-9), Math.floor(Math.log10(max) + 1e-9)]
  const every = Math.max(1, Math.ceil((high - low + 1) / Math.max(2, wanted)))
  const powers = Array.from({ length: Math.max(0, high - low + 1) }, (_, i) => low + i).filter(
    (power) => (power - low) % every === 0,
  )
  const ticks = powers.map((power) => Number((10 ** power).toPrecision(12)))
  // Less than two powers of ten: 2 and 5 as well.
  if (ticks.length > 2 || every > 1) return ticks
  const all = [low - 1, ...powers, high + 1].flatMap((power) => [1, 2, 5].map((digit) => digit * 10 ** power))
  const fine = [...new Set(all.map((tick) => Number(tick.toPrecision(12))))].filter(
    (tick) => tick >= min * 0.999 && tick <= max * 1.001,
  )
  return fine.length > 2 ? fine : ticksOf({ label: '', min, max }, wanted)
}

/** `0.25`, `−3`, `10⁻⁴`, `12k`. */
export function tickText(value: number): string {
  if (value === 0) return '0'
  const size = Math.abs(value)
  if (size >= 1e4 || size < 1e-3) {
    const power = Math.floor(Math.log10(size) + 1e-9)
    const digits = Number((value / 10 ** power).toPrecision(3))
    const lead = digits === 1 ? '' : digits === -1 ? '−' : `${minus(digits)}·`
    if (size < 1e6 && size >= 1e4 && Number.isInteger(value / 1000)) return `${minus(value / 1000)}k`
    return `${lead}10${[...String(power)].map((c) => superscripts[c]).join('')}`
  }
  return minus(Number(value.toPrecision(6)))
}

const superscripts: Readonly<Record<string, string>> = Object.fromEntries(
  [...'-0123456789'].map((character, i) => [character, [...'⁻⁰¹²³⁴⁵⁶⁷⁸⁹'][i]!]),
)

/** A number with a true minus sign. */
export function minus(value: number): string {
  return String(value).replace('-', '−')
}

/** A number as equations and captions show it: four digits at most, no needless zeros; below 10⁻¹⁵ it is 0. */
export function numberText(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? '–' : value > 0 ? '∞' : '−∞'
  const size = Math.abs(value)
  // What is left where two numbers of double precision are equal.
  if (size < 1e-15) return '0'
  if (size >= 1e5 || size < 1e-3) {
    const [digits, power] = value.toExponential(2).split('e')
    return `${minus(Number(digits))}·10${[...String(Number(power))].map((c) => superscripts[c]).join('')}`
  }
  return minus(Number(value.toPrecision(size >= 100 ? 4 : 3)))
}
