/// <reference path="../../globals.d.ts" preserve="true" />
/** Few steps: distillation of a teacher, and consistency training without one. */
export { nestedClock, nestedTimes } from './clock.ts'
export { jumpCoefficients, jumpInputs } from './coefficients.ts'
export {
  checkFewSteps,
  type FewSteps,
  type FewStepsMethod,
  fewStepsMethods,
  gridAt,
  type Jump,
  jumpAt,
  teacherSteps,
} from './few-steps.ts'
export { type DdimWeights, ddimWeights, jumpWeights } from './jump.ts'
export { jumpLoss, type JumpLossOptions, type Predictor } from './jump-loss.ts'
