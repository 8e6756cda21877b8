/** The configuration of the equivariant network. */
import { checkConfig, count, countOrZero, countTo, layerCount, positiveNumber } from '../check-config.ts'

/** Options of `equivariantNetwork`. */
export interface EquivariantConfig {
  /** The most atoms of a molecule. */
  readonly atoms: number
  /** Numbers that describe an atom; the first is 1 for an atom and 0 for an empty place. */
  readonly atom_features: number
  /** Numbers that describe a pair of atoms; the first is 1 where both exist. */
  readonly pair_features: number
  /** The most centres whose orientation is prescribed; 0: the network cannot tell a molecule from its mirror image. */
  readonly centres?: number
  /** Features of an atom; default 96. */
  readonly width?: number
  /** Features of a pair; default 48. */
  readonly pair_width?: number
  /** Rounds of messages and moves; default 5. */
  readonly layers?: number
  /** Distances that each pair may be pulled to; default 4. */
  readonly references?: number
  /** The standard deviation of positions along an axis, as in EDM's preconditioning; default 1.4. */
  readonly sigma_data?: number
}

/** The whole configuration. */
export type EquivariantFields = Required<EquivariantConfig>

const defaults: EquivariantFields = {
  atoms: 0,
  atom_features: 0,
  pair_features: 0,
  centres: 0,
  width: 96,
  pair_width: 48,
  layers: 5,
  references: 4,
  sigma_data: 1.4,
}

const rules = {
  // sums over pairs are matrices of atoms × pairs
  atoms: countTo(512),
  atom_features: count,
  pair_features: count,
  centres: countOrZero,
  width: count,
  pair_width: count,
  layers: layerCount,
  references: countTo(1000),
  sigma_data: positiveNumber,
} as const

/** The configuration with its defaults. @throws TweedieError `model` for an option that makes no sense */
export function completeConfig(className: string, config: EquivariantConfig): EquivariantFields {
  return Object.freeze(checkConfig(className, config, defaults, rules))
}
