/**
 * A table as data of a diffusion: the residuals r = y − f(x) of the target, with features and f(x) as their condition.
 *
 * CARD diffuses y itself towards N(f(x), I): y_t = √ᾱ_t y + (1 − √ᾱ_t) f(x) + √(1 − ᾱ_t) ε. With r = y − f(x) this is
 * r_t = √ᾱ_t r + √(1 − ᾱ_t) ε, and the three weights of its posterior (of y₀, y_t and f) add up to one, so that it is the posterior of
 * plain DDPM on r, shifted by f(x).
 */
import { type ArrayDataset, createDataset } from '../../files/data/dataset.ts'
import type { TableDataset } from '../../files/data/table.ts'
import { tableColumns } from './columns-as.ts'
import { encodeRows, encodeTargets, type Encoding, plainPlaces, targetWidth, widthOf } from './encoding.ts'
import { type Predictor, predictorOutputs } from './predictor.ts'

/** The name of the condition of the network: features without their parts, then f(x). */
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

/** What the diffusion's network is told of rows, `[rows, conditionWidth]`, and f(x) alone. */
export interface Told {
  readonly condition: Float32Array
  readonly predicted: Float32Array
}

/** How many numbers the condition of a row is. */
export function conditionWidth(encoding: Encoding): number {
  return plainPlaces(encoding).length + targetWidth(encoding)
}

/** The condition of rows of features. @param predicted f(x), where it is known */
export function toldOf(
  { encoding, predictor }: Centre,
  features: Float32Array,
  predicted = predictorOutputs(predictor, features),
): Told {
  const [width, outputs] = [widthOf(encoding), targetWidth(encoding)]
  const rows = features.length / width
  const places = plainPlaces(encoding)
  const told = places.length + outputs
  const condition = new Float32Array(rows * told)
  for (let row = 0; row < rows; row++) {
    places.forEach((place, i) => (condition[row * told + i] = features[row * width + place]!))
    condition.set(predicted.subarray(row * outputs, (row + 1) * outputs), row * told + places.length)
  }
  return { condition, predicted }
}

/** Residuals of a table in the units of the encoded target. @param known f(x), in place of the predictor's @throws TweedieError `data` for columns that do not fit */
export function residualsOf(centre: Centre, table: TableDataset, known?: Float32Array): ArrayDataset {
  const { encoding } = centre
  const columns = tableColumns(table)
  const { condition, predicted } = toldOf(centre, encodeRows(encoding, columns, table.length).features, known)
  const residuals = encodeTargets(encoding, columns(encoding.target)).map((value, i) => value - predicted[i]!)
  const width = targetWidth(encoding)
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
