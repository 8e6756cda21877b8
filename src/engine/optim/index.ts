/** Optimisers over flat arrays, learning rates, averages of parameters. */
export { adamw, type AdamWOptions } from './adamw.ts'
export * from './ema.ts'
export * from './learning-rate.ts'
export { isHiddenMatrix, type MuonOptions, type TensorPlace } from './muon-options.ts'
export * from './norm.ts'
export type { Optimizer, OptimizerState, UpdateOptions } from './optimizer.ts'
export * from './sgd.ts'
export { gathered, zerosTogether } from './simd/memory.ts'
