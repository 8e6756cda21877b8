/**
 * The layout of parameters in memory: one after the other in a single flat Float32Array, in the order of declaration.
 * Gradients, optimiser state and averages have the same layout, so each of them is one array too.
 */
import { TweedieError } from '../../errors.ts'
import { sameShape, showShape, sizeOf } from '../graph/index.ts'
import type { Shape, StoredArray } from '../graph/index.ts'
import type { ParameterSpec } from './parameters.ts'

/** A named array, as weight files hold it. */
export interface NamedArray {
  readonly shape: Shape
  readonly data: Float32Array
  /** The same numbers as they are stored, where that takes fewer bytes; `data` may then be made anew at each look. */
  readonly stored?: StoredArray | undefined
}

/** Where every parameter lies in a flat array. */
export interface Layout {
  readonly specs: readonly ParameterSpec[]
  /** The number of floats. */
  readonly size: number
  /** The index of a parameter's first element. */
  offset(name: string): number
  /** A parameter's elements in `flat`: a view, not a copy. */
  view(flat: Float32Array, name: string): Float32Array
  /** Every parameter by name, as views of `flat`. */
  toMap(flat: Float32Array): Map<string, NamedArray>
  /**
   * A flat array filled from named arrays. Strict: nothing may be missing, unknown or of another shape; but a prefix
   * that all names share, up to a dot, is ignored.
   *
   * @throws TweedieError `model` that lists what does not fit
   */
  fromMap(map: ReadonlyMap<string, NamedArray>): Float32Array
  /** The named arrays by the names of the parameters, in their order, none copied. @throws TweedieError `model` as `fromMap` */
  fit(map: ReadonlyMap<string, NamedArray>): Map<string, NamedArray>
}

/**
 * The layout of these parameters.
 *
 * @param rename from a name in a weights file to ours: old files spell some differently
 */
export function layoutOf(specs: readonly ParameterSpec[], rename: (name: string) => string = (name) => name): Layout {
  const offsets = new Map<string, number>()
  const sizes = new Map<string, number>()
  let size = 0
  for (const { name, shape } of specs) {
    offsets.set(name, size)
    sizes.set(name, sizeOf(shape))
    size += sizeOf(shape)
  }

  const offset = (name: string): number => {
    const at = offsets.get(name)
    if (at === undefined) throw new TweedieError('model', `no parameter is named ${name}`)
    return at
  }
  const view = (flat: Float32Array, name: string): Float32Array => {
    if (flat.length !== size) {
      throw new TweedieError('model', `parameters: expected an array of ${size} floats, got ${flat.length}`, {
        hint:
          flat.length === 0
            ? 'large weights are kept as their file stores them: open the model with `memory: high`'
            : undefined,
      })
    }
    const start = offset(name)
    return flat.subarray(start, start + sizes.get(name)!)
  }
  const toMap = (flat: Float32Array): Map<string, NamedArray> =>
    new Map(specs.map(({ name, shape }) => [name, { shape, data: view(flat, name) }]))

  const fit = (map: ReadonlyMap<string, NamedArray>): Map<string, NamedArray> => {
    const prefix = sharedPrefix([...map.keys()], (name) => offsets.has(rename(name)))
    const named = new Map([...map].map(([name, array]) => [rename(name.slice(prefix.length)), array]))
    const complaints = [
      ...specs.flatMap(({ name, shape }) => {
        const array = named.get(name)
        if (array === undefined) return [`${name}: missing`]
        return sameShape(array.shape, shape) && (array.stored ?? array).data.length === sizes.get(name)
          ? []
          : [`${name}: expected shape ${showShape(shape)}, got ${showShape(array.shape)}`]
      }),
      ...[...named.keys()].filter((name) => !offsets.has(name)).map((name) => `${name}: unknown`),
    ]
    if (complaints.length > 0) throw misfit(complaints)
    return new Map(specs.map(({ name }) => [name, named.get(name)!]))
  }
  const fromMap = (map: ReadonlyMap<string, NamedArray>): Float32Array => {
    const named = fit(map)
    const flat = new Float32Array(size)
    for (const [name, { data }] of named) flat.set(data, offset(name))
    return flat
  }

  return Object.freeze({ specs, size, offset, view, toMap, fromMap, fit })
}

/**
 * The shortest prefix shared by all names, up to a dot, without which some names are known; empty if some are known as
 * they are, or none ever.
 */
export function sharedPrefix(names: readonly string[], isKnown: (name: string) => boolean): string {
  let prefix = ''
  while (!names.some((name) => isKnown(name.slice(prefix.length)))) {
    const segment = /^[^.]+\./.exec(names[0]?.slice(prefix.length) ?? '')?.[0]
    if (segment === undefined || !names.every((name) => name.startsWith(prefix + segment))) return ''
    prefix += segment
  }
  return prefix
}

const mostListed = 10

function misfit(complaints: readonly string[]): TweedieError {
  const rest = complaints.length > mostListed ? `; and ${complaints.length - mostListed} more` : ''
  return new TweedieError(
    'model',
    `weights: ${complaints.length} do not fit the network: ${complaints.slice(0, mostListed).join('; ')}${rest}`,
    {
      hint: 'the weights belong to another architecture: compare the configuration with the one they were trained with',
    },
  )
}

/**
 * The places of the wanted parameters: index ranges `[from, to)` in rising order, neighbours joined.
 *
 * @example
 * adamw({ weightDecay: 0.01, decaying: rangesOf(layout, ({ shape }) => shape.length > 1) }) // no norms, no biases
 */
export function rangesOf(layout: Layout, wanted: (spec: ParameterSpec) => boolean): [from: number, to: number][] {
  const ranges: [number, number][] = []
  for (const spec of layout.specs.filter(wanted)) {
    const from = layout.offset(spec.name)
    const to = from + sizeOf(spec.shape)
    const last = ranges.at(-1)
    if (last?.[1] === from) last[1] = to
    else ranges.push([from, to])
  }
  return ranges
}
