/** Optimisers, clipping and running averages as expressions of the graph: for devices on which the state of training stays. */
export { adamwRule } from './adamw.ts'
export { descend, type Descended, type DescendOptions, type Kept } from './descend.ts'
export { joined, paddedSize, pieces, squaredSum } from './flat.ts'
export { muonRule } from './muon.ts'
export { orthogonalised, type OrthogonalOptions, quintic, usualIterations } from './newton-schulz.ts'
export type { DescentRule, Moved, Named } from './rule.ts'
export { sgdRule } from './sgd.ts'
