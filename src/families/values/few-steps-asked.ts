/** Whether a run learns to sample in few steps, and how it does in words: what a run needs to know that does not. */
import { TweedieError } from '../../errors.ts'
import { firstOf, type OptionValues, type ValuesOf } from '../../options.ts'
import type { FewStepsSpec } from './few-steps-spec.ts'
import { fewStepsOptions, type trainOptions } from './options/train.ts'

/** The options as they are given. */
type Values = ValuesOf<typeof trainOptions>

/** Whether options ask for few steps. */
export function asksFewSteps({ distil, objective }: Values): boolean {
  return distil !== undefined || objective === 'consistency'
}

/** Refuses options that are for few steps where none are asked for. @throws TweedieError `usage` */
export function refuseFewSteps(options: Values): void {
  const idle = firstOf(options as OptionValues, fewStepsOptions)
  if (idle === undefined) return
  throw new TweedieError('usage', `\`${idle}\` is for models that learn to sample in few steps`, {
    hint: '`distil: MODEL`, or `objective: consistency` without a teacher',
  })
}

/** The choice in words, for the report before training: `consistency distillation of runs/teacher, 16 steps into 4`. */
export function fewStepsText({ method, steps, grid, teacher, guidance }: FewStepsSpec): string {
  const how = teacher
    ? `${method} distillation of ${teacher.path ?? 'a teacher'}${guidance === undefined ? '' : ` under guidance ${guidance}`}`
    : 'consistency training'
  const rising = grid.first === grid.last ? '' : `${grid.first} to `
  return `${how}, ${rising}${grid.last} steps into ${steps}`
}
