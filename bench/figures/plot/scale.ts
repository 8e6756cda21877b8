/** Axes: a range of numbers laid along a length of pixels, and where its ticks stand. */

/** What an axis shows. */
export interface Axis {
  readonly label?: string
  readonly from: number
  readonly to: number
  readonly log?: boolean
  /** Where ticks stand; default round numbers, on a logarithmic axis powers of ten. */
  readonly ticks?: readonly number[]
  /** Whether ticks have numbers; default true. */
  readonly numbers?: boolean
}

/** The pixel of a value, from `start` at `axis.from` to `end` at `axis.to`. */
export function place({ from, to, log = false }: Axis, start: number, end: number): (value: number) => number {
  const clock = log ? Math.log10 : (value: number): number => value
  const [low, high] = [clock(from), clock(to)]
  return (value) => start + ((clock(value) - low) / (high - low)) * (end - start)
}

/** The values at which ticks stand. */
export function ticksOf({ from, to, log = false, ticks }: Axis): readonly number[] {
  if (ticks) return ticks
  if (log) {
    const [low, high] = [Math.ceil(Math.log10(from) - 1e-9), Math.floor(Math.log10(to) + 1e-9)]
    const stride = Math.ceil((high - low + 1) / 7)
    return Array.from({ length: Math.floor((high - low) / stride) + 1 }, (_, i) => 10 ** (low + i * stride))
  }
  const rough = (to - from) / 5
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((candidate) => candidate >= rough)!
  const first = Math.ceil(from / step - 1e-9)
  return Array.from({ length: Math.floor(to / step + 1e-9) - first + 1 }, (_, i) => (first + i) * step)
}

const superscripts = '⁰¹²³⁴⁵⁶⁷⁸⁹'

/** A tick's number as text: powers of ten on a logarithmic axis. */
export function tickText({ log = false, ticks }: Axis, value: number): string {
  if (!log || ticks) return String(Math.round(value * 1e6) / 1e6).replace('-', '−')
  const power = Math.round(Math.log10(value))
  const digits = [...String(Math.abs(power))].map((digit) => superscripts[Number(digit)]).join('')
  return `10${power < 0 ? '⁻' : ''}${digits}`
}
