/** Gaussian laws of fields: fitted to few data, denoised in closed form, and put in front of networks. */
export { fieldDenoiser, type FieldDenoiser, type FieldDenoiserOptions } from './field-denoiser.ts'
export { fitFieldLaw, type FieldStates, type FittedFieldLaw } from './fit.ts'
export { drawWindows, windowLogDensity } from './field-draws.ts'
export { type FieldCycle, type FieldLaw, meanVariance, type PatternMemories } from './law.ts'
export { preconditioned, type Preconditioning, predictionScale } from './precondition.ts'
export { type Shrinkage } from './shrinkage.ts'
