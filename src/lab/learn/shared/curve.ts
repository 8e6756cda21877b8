/** Curves as pairs of columns, and the numbers that captions say. */

/** x and y of a curve. */
export interface Curve {
  readonly x: Float64Array
  readonly y: Float64Array
}

/** `count` numbers in equal steps, both ends included. */
export function spaced(from: number, to: number, count: number): Float64Array {
  return Float64Array.from({ length: count }, (_, i) => from + ((to - from) * i) / (count - 1))
}

/** y = f(x) at `count` points from `from` to `to`. */
export function curveOf(f: (x: number) => number, from: number, to: number, count = 121): Curve {
  const x = spaced(from, to, count)
  return { x, y: x.map(f) }
}

/** The density of N(mean, variance) at x. */
export function normalDensity(x: number, mean: number, variance: number): number {
  return Math.exp(-((x - mean) ** 2) / (2 * variance)) / Math.sqrt(2 * Math.PI * variance)
}

/** Σ values / count. */
export function average(values: ArrayLike<number>): number {
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += values[i]!
  return sum / values.length
}

/** The mean of (value − mean)². */
export function varianceOf(values: ArrayLike<number>, mean: number = average(values)): number {
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += (values[i]! - mean) ** 2
  return sum / values.length
}

/** A number as a sentence has it: `digits` significant digits, a real minus, and powers of ten where it is far from 1. */
export function say(value: number, digits = 3): string {
  if (value === 0) return '0'
  if (!Number.isFinite(value)) return value > 0 ? '∞' : value < 0 ? '−∞' : 'not a number'
  const size = Math.abs(value)
  const text = size >= 1e5 || size < 1e-3 ? power(value, digits) : String(Number(value.toPrecision(digits)))
  return text.replace('-', '−')
}

/** 2.3·10⁻⁵. */
function power(value: number, digits: number): string {
  const [mantissa, exponent] = value.toExponential(digits - 1).split('e') as [string, string]
  const raised = [...String(Number(exponent))]
    .map((sign) => (sign === '-' ? '⁻' : '⁰¹²³⁴⁵⁶⁷⁸⁹'[Number(sign)]!))
    .join('')
  return `${String(Number(mantissa))}·10${raised}`
}
