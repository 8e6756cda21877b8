/** The configuration of transforms of single numbers, which all flows have. */
import { type FieldRule, count, oneOf, positiveNumber } from '../../engine/nn/check-config.ts'
import { affineTransform, type ElementTransform } from './element-transform.ts'
import { splineTransform } from './spline.ts'

/** How numbers are mapped. */
export interface TransformConfig {
  /** `spline` or `affine`. */
  readonly transform?: 'spline' | 'affine'
  /** Of splines: bins; 8 by default. */
  readonly bins?: number
  /** Of splines: they map [−box, box] to itself, and are the identity outside. */
  readonly box?: number
}

/** The most bins of a spline. */
const mostBins = 256

/** The rule of `shades`. */
export const shadesRule: FieldRule = [
  (value) => value === null || (count[0](value) && (value as number) >= 2 && (value as number) <= 65_536),
  'null, or 2 … 65536',
]

/** The rules of its fields. */
export const transformRules: Readonly<Record<keyof TransformConfig, FieldRule>> = Object.freeze({
  transform: oneOf('spline', 'affine'),
  bins: [(value) => count[0](value) && (value as number) >= 2 && (value as number) <= mostBins, `2 … ${mostBins}`],
  box: positiveNumber,
})

/** The transform. */
export function transformOf({ transform, bins, box }: Required<TransformConfig>): ElementTransform {
  return transform === 'affine' ? affineTransform() : splineTransform({ bins, box, least: Math.min(1e-3, 0.1 / bins) })
}
