/** A `scheduler_config.json` of diffusers, taken apart. */
import { partsOf, type SchedulerParts } from './diffusion/sample/scheduler/parts.ts'
import { schedulerClasses as classes, schedulerOptions } from './files/io/scheduler-config.ts'

export type { Clip, SchedulerParts, StepVariance } from './diffusion/sample/scheduler/parts.ts'

/** The parsed JSON. */
export type SchedulerConfig = Readonly<Record<string, unknown>>

/** The scheduler classes that {@link schedulerParts} understands. */
export const schedulerClasses: readonly string[] = classes

/**
 * Takes a scheduler apart. Options that are missing take the defaults of their class; options that the class does not have do
 * nothing, as in diffusers.
 *
 * @param className another class to use with the same config, as `DDIMScheduler.from_config(…)` does in diffusers
 * @throws TweedieError `model` for a class, or an option's value, that has no counterpart
 * @example
 * const { schedule, kind, sampler, project, times, level } = schedulerParts(JSON.parse(text))
 * const denoiser = project(fromPrediction((x, t) => unet(x, level(t)), { schedule, shape, kind }))
 * const images = await sampleFinal(denoiser, { sampler, times: times(50), batch: 16 })
 */
export function schedulerParts(
  config: SchedulerConfig,
  className: string = String(config['_class_name'] ?? 'DDPMScheduler'),
): SchedulerParts {
  return partsOf(schedulerOptions({ ...config, _class_name: className }))
}
