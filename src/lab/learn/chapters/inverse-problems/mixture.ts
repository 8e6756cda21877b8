/** The data of the plane's figures: three Gaussians, and a measurement of one direction. */
import { type DifferentiableAnalytic, differentiableMixture } from '../../../../diffusion/guidance/index.ts'
import {
  type LinearOperator,
  matrixOperator,
  type Observation,
  observation,
} from '../../../../diffusion/measure/index.ts'
import { cosineSchedule } from '../../../../diffusion/noise/index.ts'
import { square } from '../../shared/field.ts'

export const schedule = cosineSchedule()

export const components = [
  { weight: 0.4, mean: [-1, 0.8], covariance: [0.12, 0.09, 0.09, 0.12] },
  { weight: 0.35, mean: [1, 0.7], covariance: [0.1, -0.07, -0.07, 0.1] },
  { weight: 0.25, mean: [0.2, -1], covariance: [0.3, 0, 0, 0.03] },
]

export const prior: DifferentiableAnalytic = differentiableMixture({ schedule, components })

export const extent = square(2.2)

/** The direction at an angle in degrees. */
export const direction = (degrees: number): readonly [number, number] => [
  Math.cos((degrees * Math.PI) / 180),
  Math.sin((degrees * Math.PI) / 180),
]

/** y = a · x₀ + σ_y n. */
export function measured(degrees: number, y: number, sigma: number): Observation<LinearOperator> {
  return observation(matrixOperator({ from: [2] }, direction(degrees)), Float64Array.of(y), sigma)
}
