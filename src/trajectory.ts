/** Trajectories: windows put together, simulators, and references that are exact. */
export * from './diffusion/trajectory/index.ts'
