/** Simulators, and their windows as built-in data sets. */
import type { Key } from '../../../../engine/random/index.ts'
import type { ArrayDataset } from '../../dataset.ts'
import type { Dynamics } from './dynamics.ts'
import { kolmogorov } from './kolmogorov.ts'
import { ar1 } from './linear.ts'
import { lorenz63, lorenz96 } from './lorenz.ts'
import type { SystemName } from '../names.ts'
import { windowsDataset } from './windows-dataset.ts'

export { advance, type Dynamics, simulate, type SimulateOptions } from './dynamics.ts'
export { type Kolmogorov, kolmogorov, type KolmogorovOptions } from './kolmogorov.ts'
export { ar1, linearDynamics, type LinearOptions } from './linear.ts'
export { lorenz63, type Lorenz63Options, lorenz96, type Lorenz96Options, type LorenzOptions } from './lorenz.ts'

interface System {
  make(): Dynamics
  /** States of a window, and how many windows there are, unless said otherwise. */
  readonly window: number
  readonly length: number
  /** Windows of a trajectory, and states before them. */
  readonly each: number
  /** Windows to W states of a trajectory, where they overlap, since states are dear. */
  readonly overlap?: number
  readonly spinUp: number
}

/** The systems that are data sets by name. */
const systems: Readonly<Record<SystemName, System>> = {
  lorenz63: { make: () => lorenz63(), window: 16, length: 10_000, each: 16, spinUp: 128 },
  lorenz96: { make: () => lorenz96(), window: 16, length: 4000, each: 8, spinUp: 128 },
  kolmogorov: {
    make: () => kolmogorov({ grid: 32, substeps: 4 }),
    window: 8,
    length: 1000,
    each: 32,
    overlap: 4,
    spinUp: 48,
  },
  ar1: { make: () => ar1(), window: 16, length: 10_000, each: 4, spinUp: 0 },
}

/** Windows of a system's trajectories, `[C, W, H, W']`. */
export function systemDataset(
  name: SystemName,
  stream: Key,
  options: { readonly length?: number | undefined; readonly window?: number | undefined } = {},
): ArrayDataset {
  const { make, each, spinUp, overlap = 1, ...usual } = systems[name]
  const { length = usual.length, window = usual.window } = options
  return windowsDataset(make(), stream, {
    length,
    window,
    each,
    spinUp,
    stride: Math.max(1, Math.floor(window / overlap)),
  })
}
