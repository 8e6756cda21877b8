/** Noise by its level σ alone: α = 1, as the pages on scores have it. */
import { type Schedule, timeOfNoiseLevel, veSchedule } from '../../../diffusion/noise/index.ts'

/** σ from 0.01 to 10. */
export const levels: Schedule = veSchedule({ sigmaMin: 0.01, sigmaMax: 10 })

/** The time of {@link levels} at which the noise has this standard deviation. */
export const timeOfSigma = (sigma: number, schedule: Schedule = levels): number => timeOfNoiseLevel(schedule, sigma)
