/// <reference path="../../globals.d.ts" preserve="true" />
/** Measurements y = A(x₀) + n of clean data, and what posterior sampling needs to know of them. */
export { boxBlur, gaussianBlur, kernelBlur, motionBlur } from './blur.ts'
export { type CountOptions, observeCounts } from './counts.ts'
export { fourierSampling } from './fourier.ts'
export { type GraphOperator, graphOperator, type GraphOperatorOptions } from './graph-operator.ts'
export { greyScale, luma } from './grey.ts'
export { type JpegOperator, jpegCompression } from './jpeg.ts'
export { type Box, boxMask, gridMask, maskOperator, randomMask } from './mask.ts'
export { matrixOperator, type MatrixOptions, randomProjection } from './matrix.ts'
export { clipping, phaseRetrieval, quantisation, quantisationSigma } from './nonlinear.ts'
export { type Observation, observation, observe, poissonSigma } from './observation.ts'
export {
  adjointError,
  isLinear,
  type LinearDefinition,
  type LinearOperator,
  linearOperator,
  type NonlinearDefinition,
  nonlinearOperator,
  type Operator,
} from './operator.ts'
export { averagePooling, bicubicMatrix, bicubicReduction } from './resolution.ts'
export { type Matrix, separableOperator } from './separable.ts'
export { sparseProjection } from './sparse-projection.ts'
export { type SparseOptions, sparseOperator, type SparseRow } from './sparse.ts'
export { type Svd } from './svd.ts'
