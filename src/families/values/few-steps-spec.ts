/** Few steps, as a run's specification has them: from options. */
import { checkFewSteps, type FewSteps, type FewStepsMethod } from '../../diffusion/distil/few-steps.ts'
import { nestedTimes } from '../../diffusion/distil/clock.ts'
import type { Schedule } from '../../diffusion/noise/schedule.ts'
import { consistencySampler } from '../../compiled/sampling.ts'
import type { TweedieMetaSampler } from '../../files/io/tweedie-meta.ts'
import { TweedieError } from '../../errors.ts'
import type { ValuesOf } from '../../options.ts'
import type { trainOptions } from './options/train.ts'
import type { Teacher } from './teacher.ts'
import { leftOut } from './guided.ts'

/** How a model learns to sample in few steps. */
export interface FewStepsSpec extends FewSteps {
  /** The model that it learns from; none for consistency training. */
  readonly teacher?: { readonly path?: string | undefined; readonly sum: string } | undefined
  /** The w that the teacher is guided by; default 0. */
  readonly guidance?: number | undefined
  /** c of the pseudo-Huber distance √(|·|² + c²) − c, per dimension; left out: the square. */
  readonly huber?: number | undefined
}

/** How such a model is sampled. One jump to data can be followed by noise and another one; several jumps follow each other. */
export function samplerOfFewSteps({ method, steps }: FewSteps, schedule: Schedule): TweedieMetaSampler {
  const sampler = method === 'consistency' && steps === 1 ? consistencySampler : 'ddim'
  return { sampler, steps, times: nestedTimes(schedule, steps) }
}

type Options = ValuesOf<typeof trainOptions>

/** The default S with a teacher. */
const defaultSteps = 4

/** The steps that time is divided into for each step of the student, where they are not given, and how many they are at least. */
const usual = {
  consistency: { each: 4, least: 16 },
  progressive: { each: 8, least: 8 },
  training: { each: 16, least: 16 },
} as const

/** The grid that doubles up to the last one, from the coarsest that divides every step of the student in two. */
function doublingTo(last: number, steps: number, every: number): FewSteps['grid'] {
  let first = last
  while (first % (2 * steps) === 0 && first / 2 > steps) first /= 2
  return { first, last, every }
}

function usualGrid(kind: keyof typeof usual, steps: number): number {
  const { each, least } = usual[kind]
  return steps * Math.max(each, Math.ceil(least / steps))
}

/**
 * The choice that options make which ask for few steps.
 *
 * @throws TweedieError `usage` for options that do not fit together
 */
export function fewStepsOf(options: Options, teacher: Teacher | undefined): FewStepsSpec {
  const { distil, objective } = options
  const taught = distil !== undefined
  if (taught && objective !== undefined) {
    throw new TweedieError('usage', '`objective`: with `distil` the teacher says what is learned', {
      hint: 'leave `objective` out; `distilMethod` chooses how',
    })
  }
  if (!taught) {
    const idle = (['distilMethod', 'guidance'] as const).find((name) => options[name] !== undefined)
    if (idle !== undefined) throw new TweedieError('usage', `\`${idle}\` needs a teacher`, { hint: '`distil: MODEL`' })
  }
  // a student's own jumps can only be joined, two or more to one
  const jumps = teacher?.model.sampling.jumps ?? false
  const { distilMethod: method = taught ? 'progressive' : 'consistency' } = options
  const { stepsOfSampler: steps = taught ? defaultSteps : 1 } = options
  const {
    teacherSteps: last = jumps ? teacher!.model.sampling.steps : usualGrid(taught ? method : 'training', steps),
  } = options
  const { guidance = teacher?.model.sampling.guidance ?? 0 } = options
  const { doubleEvery, huber } = options
  if (teacher) requireTeachable(teacher, { method, last, guidance })
  const few: FewStepsSpec = {
    method,
    steps,
    grid: doubleEvery === undefined ? { first: last, last, every: 1 } : doublingTo(last, steps, doubleEvery),
    ...(taught && { teacher: { ...(teacher!.path !== undefined && { path: teacher!.path }), sum: teacher!.sum } }),
    ...(guidance !== 0 && { guidance }),
    ...(huber !== undefined && { huber }),
  }
  checkFewSteps(few)
  return few
}

/** Refuses a teacher that cannot be asked for this: a student of its own steps, or a model that cannot be guided. */
function requireTeachable(
  { model, path = 'the teacher' }: Teacher,
  { method, last, guidance }: { readonly method: FewStepsMethod; readonly last: number; readonly guidance: number },
): void {
  const { sampling } = model
  if (sampling.jumps && (method !== 'progressive' || last !== sampling.steps || guidance !== 0)) {
    throw new TweedieError(
      'usage',
      `\`distil\`: ${path} has itself learned to sample in ${sampling.steps} steps, and only these can be joined`,
      { hint: `\`distilMethod: progressive\` with \`teacherSteps: ${sampling.steps}\`, without \`guidance\`` },
    )
  }
  if (guidance === 0 || Object.keys(leftOut(model)).length > 0) return
  throw new TweedieError(
    'usage',
    `\`guidance\`: ${path} cannot be guided: no class was ever left out in its training`,
    {
      hint: 'leave `guidance` out, or train it on labelled data with `labelDropout: 0.1`',
    },
  )
}
