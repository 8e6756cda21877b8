/** An equivariant network over atoms in space. */
export type { EquivariantConfig } from './config.ts'
export { equivariantNetwork } from './network.ts'
export { placesOfCentre } from './orientation.ts'
export { forEachPair, pairCount } from './pairs.ts'
