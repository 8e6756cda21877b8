/// <reference path="../../globals.d.ts" preserve="true" />
/** Trajectories: states one after another, denoised by windows, and given observations of some of them. */
export { composeWindows, type ComposeWindowsOptions, type OfTrajectories } from './compose-windows.ts'
export {
  chainMoments,
  kalmanSmoother,
  type LinearChain,
  linearChain,
  type StateLaws,
  type StateObservation,
} from './linear-chain.ts'
export {
  particleFilter,
  type MarkovProcess,
  type ParticleOptions,
  type Particles,
  particleSmoother,
} from './particle-filter.ts'
export { type WindowBlend, type WindowPlan, windowPlan, type WindowPlanOptions } from './window-plan.ts'
