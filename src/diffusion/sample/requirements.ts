/** Checks of the start time for some samplers, before any number becomes infinite. */
import { TweedieError } from '../../errors.ts'
import type { Schedule } from '../noise/schedule.ts'

/** Refuses a time at which α = 0: there the noise prediction tells nothing, and the noise level σ/α is infinite. */
export function requireSignal(schedule: Schedule, t: number): void {
  if (schedule.alpha(t) > 0) return
  throw new TweedieError('usage', `no signal is left at t = ${t}: this sampler follows the noise, which needs some`, {
    hint: 'start a little earlier (from: 0.999), or use a sampler that predicts the data, such as ddim or dpm++-2m',
  })
}

/** Refuses a time at which dx/dt is infinite, as at the end of a table with zero terminal SNR. */
export function requireVelocity(schedule: Schedule, t: number): void {
  if (Number.isFinite(schedule.alphaRate(t)) && Number.isFinite(schedule.sigmaRate(t))) return
  throw new TweedieError('usage', `the velocity at t = ${t} is infinite: either no signal is left there, or no noise`, {
    hint: 'start a little earlier (from: 0.999), or use a sampler that predicts the data, such as ddim or dpm++-2m',
  })
}
