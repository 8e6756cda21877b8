/** Passes over expression graphs. */
export { flops, flopsOf } from './flops.ts'
export { mergeProjections } from './merge-projections.ts'
export { recompute } from './recompute.ts'
export { simplify } from './simplify.ts'
export { summarize } from './summarize.ts'
export type { GraphSummary } from './summarize.ts'
export { transposeUpsampled } from './transpose-upsampled.ts'
