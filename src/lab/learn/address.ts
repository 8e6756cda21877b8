/** What the controls of a figure are set to, as text in an address, and back. */
import { text } from '../text.ts'
import type { Control, Controls, Figure, Point } from './figure.ts'

/** Values whose types are those of their controls; figures of all kinds are handled alike here. */
export type AnyValues = Readonly<Record<string, unknown>>

/** `0.4`, `cosine`, `1`, `0.5,-1;2,0`, `0*12.1*3.0`. */
export function encodeValue(control: Control, value: unknown): string {
  switch (control.kind) {
    case 'slider':
      return String(Number((value as number).toPrecision(8)))
    case 'toggle':
      return value === true ? '1' : '0'
    case 'points':
      return (value as readonly Point[]).map((point) => point.map((v) => Number(v.toPrecision(4))).join(',')).join(';')
    case 'drawing':
      return runs(value as readonly number[])
    case 'choice':
    case 'text':
      return value as string
  }
}

/** The value that a text stands for; undefined if the control has no such value. */
export function decodeValue(control: Control, written: string): unknown {
  switch (control.kind) {
    case 'slider': {
      const value = Number(written)
      return written.trim() !== '' && value >= control.min && value <= control.max ? value : undefined
    }
    case 'toggle':
      return written === '1' ? true : written === '0' ? false : undefined
    case 'choice':
      return control.options.some(({ value }) => value === written) ? written : undefined
    case 'text':
      return written.length <= control.maxLength ? written : undefined
    case 'points': {
      const points = written.split(';').map((pair) => pair.split(',').map(Number))
      const fine = points.every((point) => point.length === 2 && point.every(Number.isFinite))
      return fine && points.length === control.initial.length ? points : undefined
    }
    case 'drawing':
      return cellsOf(written, control.width * control.height, control.levels)
  }
}

/** Runs of equal cells: value, or value*count. */
function runs(cells: readonly number[]): string {
  const parts: string[] = []
  for (let i = 0, end = 0; i < cells.length; i = end) {
    end = i + 1
    while (end < cells.length && cells[end] === cells[i]) end++
    parts.push(end - i === 1 ? String(cells[i]) : `${cells[i]}*${end - i}`)
  }
  return parts.join('.')
}

function cellsOf(written: string, count: number, levels: number): number[] | undefined {
  const cells: number[] = []
  for (const part of written.split('.')) {
    const [value, times] = part.split('*').map(Number) as [number, number?]
    const repeat = times ?? 1
    const whole = Number.isInteger(value) && Number.isInteger(repeat)
    if (!whole || value < 0 || value >= levels || repeat < 1 || cells.length + repeat > count) return undefined
    for (let i = 0; i < repeat; i++) cells.push(value)
  }
  return cells.length === count ? cells : undefined
}

function allowed(control: Control): string {
  switch (control.kind) {
    case 'slider':
      return text.address.number(control.min, control.max)
    case 'choice':
      return text.address.oneOf(control.options.map(({ value }) => value))
    case 'toggle':
      return text.address.toggle
    case 'points':
      return text.address.points(control.initial.length)
    case 'drawing':
      return text.address.drawing(control.width * control.height)
    case 'text':
      return text.address.text(control.maxLength)
  }
}

/** What differs from the first values, by the names of the controls. */
export function encodeValues({ controls }: Pick<Figure, 'controls'>, values: AnyValues): Record<string, string> {
  return Object.fromEntries(
    Object.entries(controls).flatMap(([name, control]) => {
      const written = encodeValue(control, values[name])
      return written === encodeValue(control, control.initial) ? [] : [[name, written]]
    }),
  )
}

/** Values from an address; a sentence for each that the figure cannot take. */
export function decodeValues(
  { controls }: { readonly controls: Controls },
  query: ReadonlyMap<string, string>,
): { readonly values: AnyValues; readonly problems: readonly string[] } {
  const values: Record<string, unknown> = {}
  const problems: string[] = []
  for (const name of query.keys()) if (!(name in controls)) problems.push(text.address.unknown(name))
  for (const [name, control] of Object.entries(controls)) {
    const written = query.get(name)
    const value = written === undefined ? undefined : decodeValue(control, written)
    if (written !== undefined && value === undefined) {
      problems.push(text.address.invalid(name, written, allowed(control)))
    }
    values[name] = value ?? control.initial
  }
  return { values, problems }
}
