/**
 * Rows as numbers that networks see: numbers standardised and part by part, categories as one of K, missing values with a flag.
 *
 * A number x is seen a second time by parts: between neighbouring quantiles b₀ < b₁ < … of its column, part k is (x − b_k) / (b_{k+1} − b_k), kept
 * within [0, 1] and spread to [−1, 1]. A network of such parts bends where the column has many values, as trees do. Gorishniy, Rubachev &
 * Babenko, On Embeddings for Numerical Features in Tabular Deep Learning (2022), https://arxiv.org/abs/2203.05556
 */
import { TweedieError } from '../../errors.ts'
import type { TableColumn, TableDataset } from '../../files/data/table.ts'

/** How a column is seen. */
export type FeatureSpec = NumberFeature | CategoryFeature

/** A number as (value − mean) / deviation, then its parts; with `missing`, a last number is 1 where it is missing, and the others then 0. */
export interface NumberFeature {
  readonly kind: 'number'
  readonly name: string
  readonly mean: number
  readonly deviation: number
  /** Where its parts begin and end, rising; nothing: it has none. */
  readonly edges?: readonly number[] | undefined
  readonly missing: boolean
}

/** A category as numbers 0 and one 1; with `missing`, one more of them for rows without it. */
export interface CategoryFeature {
  readonly kind: 'category'
  readonly name: string
  readonly names: readonly string[]
  readonly missing: boolean
}

/** What is predicted: a number, as (value − mean) / deviation, or one of some classes. */
export type TargetSpec =
  | { readonly kind: 'number'; readonly name: string; readonly mean: number; readonly deviation: number }
  | { readonly kind: 'category'; readonly name: string; readonly names: readonly string[] }

/** How a table is seen: it is recorded with the model. */
export interface Encoding {
  readonly features: readonly FeatureSpec[]
  readonly target: TargetSpec
}

/** Rows as a network sees them. */
export interface EncodedRows {
  /** `[rows, width]` */
  readonly features: Float32Array
  /** What the model has not seen in training, a sentence each, with the number of rows. */
  readonly remarks: readonly string[]
}

/**
 * The encoding of a table, measured on its rows. Columns that are the same in every row are no features.
 *
 * @param bins the most parts in which a number is seen besides; 0: none
 * @throws TweedieError `usage` without a target, `data` where nothing else varies
 */
export function encodingOf({ name, columns, target }: TableDataset, bins = 0): Encoding {
  const aim = columns.find((column) => column.name === target)
  if (!aim) throw new TweedieError('usage', `${name}: which column is to be predicted?`, { hint: '`target: NAME`' })
  const features = columns.filter((column) => column !== aim).flatMap((column) => featureOf(column, bins))
  if (features.length === 0) throw new TweedieError('data', `${name}: no column besides ${aim.name} varies`)
  const known =
    aim.kind === 'category'
      ? { kind: aim.kind, name: aim.name, names: aim.names }
      : { kind: aim.kind, name: aim.name, ...momentsOf(aim.values) }
  return { features, target: known }
}

/** How many numbers a network sees of a row. */
export function widthOf({ features }: Encoding): number {
  return features.reduce((sum, feature) => sum + featureWidth(feature), 0)
}

/** Which of these numbers are no parts of another: each number once, categories and flags. */
export function plainPlaces({ features }: Encoding): readonly number[] {
  const places: number[] = []
  let at = 0
  for (const feature of features) {
    const [width, parts] = [featureWidth(feature), feature.kind === 'number' ? partsOf(feature) : 0]
    for (let i = 0; i < width; i++) if (i < 1 || i > parts) places.push(at + i)
    at += width
  }
  return places
}

/** How many numbers the target is: one, or one for each class. */
export function targetWidth({ target }: Encoding): number {
  return target.kind === 'number' ? 1 : target.names.length
}

/** The names of the classes; none for a number. */
export function classesOf({ target }: Encoding): readonly string[] {
  return target.kind === 'category' ? target.names : []
}

/**
 * The rows as they are seen. A category that training did not have, and a value that training never lacked, are seen as nothing (zeros),
 * and are counted in the remarks.
 *
 * @param of the columns, each of the kind that the encoding has
 */
export function encodeRows(encoding: Encoding, of: (feature: FeatureSpec) => TableColumn, rows: number): EncodedRows {
  const width = widthOf(encoding)
  const features = new Float32Array(rows * width)
  const remarks: string[] = []
  let at = 0
  for (const feature of encoding.features) {
    const column = of(feature)
    const strange = new Map<string, number>()
    let lacking = 0
    const codes =
      column.kind === 'category' && feature.kind === 'category'
        ? column.names.map((each) => feature.names.indexOf(each))
        : []
    for (let row = 0; row < rows; row++) {
      const place = row * width + at
      const value = column.values[row]!
      const isMissing = column.kind === 'number' ? Number.isNaN(value) : value < 0
      if (isMissing) {
        if (feature.missing) features[place + featureWidth(feature) - 1] = 1
        else lacking++
      } else if (feature.kind === 'number') {
        features[place] = (value - feature.mean) / feature.deviation
        for (let k = 0; k < partsOf(feature); k++) {
          const [from, to] = [feature.edges![k]!, feature.edges![k + 1]!]
          features[place + 1 + k] = 2 * Math.min(1, Math.max(0, (value - from) / (to - from))) - 1
        }
      } else if (codes[value]! >= 0) features[place + codes[value]!] = 1
      else {
        const called = (column as { names: readonly string[] }).names[value]!
        strange.set(called, (strange.get(called) ?? 0) + 1)
      }
    }
    at += featureWidth(feature)
    if (lacking > 0) remarks.push(`${rowsText(lacking)} without ${feature.name}, which training never lacked`)
    if (strange.size > 0) {
      const count = [...strange.values()].reduce((a, b) => a + b)
      const some = [...strange.keys()].slice(0, 5).map((each) => JSON.stringify(each))
      remarks.push(`${rowsText(count)} whose ${feature.name} training did not have: ${some.join(', ')}`)
    }
  }
  return { features, remarks }
}

/**
 * Targets as they are seen, `[rows, targetWidth]`: NaN where one is missing, or is a class that training did not have.
 */
export function encodeTargets(encoding: Encoding, column: TableColumn): Float32Array {
  const { target } = encoding
  const width = targetWidth(encoding)
  const out = new Float32Array(column.values.length * width)
  column.values.forEach((value: number, row: number) => {
    if (target.kind === 'number') {
      out[row] = (value - target.mean) / target.deviation
      return
    }
    const code = column.kind === 'category' && value >= 0 ? target.names.indexOf(column.names[value]!) : -1
    if (code < 0) out.fill(Number.NaN, row * width, (row + 1) * width)
    else out[row * width + code] = 1
  })
  return out
}

function featureOf(column: TableColumn, bins: number): readonly FeatureSpec[] {
  const { name } = column
  if (column.kind === 'category') {
    const missing = column.values.some((value) => value < 0)
    if (column.names.length + Number(missing) < 2) return []
    return [{ kind: 'category', name, names: column.names, missing }]
  }
  const missing = column.values.some((value) => Number.isNaN(value))
  const { mean, deviation } = momentsOf(column.values)
  if (!(deviation > 0))
    return missing && Number.isFinite(mean) ? [{ kind: 'number', name, mean, deviation: 1, missing }] : []
  const edges = quantiles(column.values, bins)
  return [{ kind: 'number', name, mean, deviation, ...(edges.length > 2 && { edges }), missing }]
}

function featureWidth(feature: FeatureSpec): number {
  return (feature.kind === 'number' ? 1 + partsOf(feature) : feature.names.length) + Number(feature.missing)
}

function partsOf({ edges = [] }: NumberFeature): number {
  return Math.max(0, edges.length - 1)
}

/** The least and the greatest value, and quantiles between them: rising, at most `bins` + 1. */
function quantiles(values: Float64Array, bins: number): readonly number[] {
  const known = values.filter((value) => !Number.isNaN(value)).sort()
  const at = (k: number): number => known[Math.floor((k * (known.length - 1)) / bins)]!
  return bins < 2 ? [] : [...new Set(Array.from({ length: bins + 1 }, (_, k) => at(k)))]
}

function momentsOf(values: Float64Array): { readonly mean: number; readonly deviation: number } {
  const known = values.filter((value) => !Number.isNaN(value))
  const mean = known.reduce((sum, value) => sum + value, 0) / known.length
  const variance = known.reduce((sum, value) => sum + (value - mean) ** 2, 0) / known.length
  return { mean, deviation: Math.sqrt(variance) }
}

const rowsText = (count: number): string => (count === 1 ? '1 row' : `${count} rows`)
