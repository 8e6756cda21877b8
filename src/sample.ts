/** Samplers: tables of coefficients over one array of times, run by one loop; and diffusers' schedulers, taken apart. */
export * from './diffusion/sample/index.ts'
export {
  type Clip,
  type SchedulerConfig,
  schedulerClasses,
  type SchedulerParts,
  schedulerParts,
  type StepVariance,
} from './scheduler-parts.ts'
