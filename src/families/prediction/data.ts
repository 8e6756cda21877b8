/**
 * A table as data of a diffusion: the residuals r = y − f(x) of the target, with features and f(x) as their condition.
 *
 * CARD diffuses y itself towards N(f(x), I): y_t = √ᾱ_t y + (1 − √ᾱ_t) f(x) + √(1 − ᾱ_t) ε. With r = y − f(x) this is
 * r_t = √ᾱ_t r + √(1 − ᾱ_t) ε, and the three weights of its posterior (of y₀, y_t and f) add up to one, so that it is the posterior of
 * plain DDPM on r, shifted by f(x). Where the predictor says a deviation s(x) for each row, r = (y − f(x)) / s(x), and the end is N(f(x), s(x)²).
 */
import { type ArrayDataset, createDataset } from '../../files/data/dataset.ts'
import type { TableDataset } from '../../files/data/table.ts'
import { tableColumns } from './columns-as.ts'
import { encodeRows, encodeTargets, type Encoding, plainPlaces, targetWidth, widthOf } from './encoding.ts'
import { type Predictor, predictorLaw, type PredictorLaw } from './predictor.ts'

/** The name of the condition of the network: features without their parts, then f(x), then log s(x) where it is said. */
export const rowCondition = 'row'

/** What makes residuals of rows, and targets of residuals. */
export interface Centre {
  readonly encoding: Encoding
  readonly predictor: Predictor
}

/** Residuals, with what made them. */
export interface ResidualData extends ArrayDataset {
  readonly centre: Centre & { readonly sum: string; readonly epochs: number }
  readonly table: TableDataset
}

/** What the diffusion's network is told of rows, `[rows, conditionWidth]`, and what the predictor says of them. */
export interface Told {
  readonly condition: Float32Array
  readonly predicted: Float32Array
  /** What a residual of 1 is in the units of the encoded target, of each row. */
  readonly unit: (row: number) => number
}

/** How many numbers the condition of a row is. */
export function conditionWidth({ encoding, predictor }: Centre): number {
  return plainPlaces(encoding).length + targetWidth(encoding) + Number(predictor.config.heteroscedastic ?? false)
}

/** The condition of rows of features. @param law what the predictor says, where it is known */
export function toldOf(
  centre: Centre,
  features: Float32Array,
  { mean: predicted, deviation }: PredictorLaw = predictorLaw(centre.predictor, features),
): Told {
  const { encoding } = centre
  const [width, outputs] = [widthOf(encoding), targetWidth(encoding)]
  const rows = features.length / width
  const places = plainPlaces(encoding)
  const told = conditionWidth(centre)
  const condition = new Float32Array(rows * told)
  for (let row = 0; row < rows; row++) {
    places.forEach((place, i) => (condition[row * told + i] = features[row * width + place]!))
    condition.set(predicted.subarray(row * outputs, (row + 1) * outputs), row * told + places.length)
    if (deviation) condition[(row + 1) * told - 1] = Math.log(deviation[row]!)
  }
  return { condition, predicted, unit: (row) => deviation?.[row] ?? 1 }
}

/** Residuals of a table in the units of the encoded target, or of s(x). @param known what is said of the rows, in place of the predictor's @throws TweedieError `data` for columns that do not fit */
export function residualsOf(centre: Centre, table: TableDataset, known?: PredictorLaw): ArrayDataset {
  const { encoding } = centre
  const columns = tableColumns(table)
  const { condition, predicted, unit } = toldOf(centre, encodeRows(encoding, columns, table.length).features, known)
  const width = targetWidth(encoding)
  const residuals = encodeTargets(encoding, columns(encoding.target)).map(
    (value, i) => (value - predicted[i]!) / unit(Math.floor(i / width)),
  )
  return createDataset({
    name: table.name,
    kind: 'points',
    shape: [width],
    data: residuals,
    affine: affineOfResiduals(residuals, width),
    conditions: { [rowCondition]: condition },
  })
}

/** Residuals have mean zero nearly, and are divided by one deviation for all of their numbers. */
function affineOfResiduals(residuals: Float32Array, width: number): ArrayDataset['affine'] {
  const square = residuals.reduce((sum, value) => sum + value * value, 0) / residuals.length
  const scale = Math.sqrt(square) || 1
  return { shift: Array.from({ length: width }, () => 0), scale: Array.from({ length: width }, () => scale) }
}
