/** Trajectories: windows put together, simulators, and references that are exact. */
export * from './diffusion/trajectory/index.ts'
export {
  advance,
  ar1,
  type Dynamics,
  type Kolmogorov,
  kolmogorov,
  type KolmogorovOptions,
  linearDynamics,
  type LinearOptions,
  lorenz63,
  type Lorenz63Options,
  lorenz96,
  type Lorenz96Options,
  type LorenzOptions,
  simulate,
  type SimulateOptions,
} from './files/data/builtin/dynamics/index.ts'
export * from './diffusion/prior/index.ts'
