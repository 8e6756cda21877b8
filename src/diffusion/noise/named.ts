/** Noise schedules by name: the plain JSON of a run or a model folder, and the schedule that it means. */
import { TweedieError } from '../../errors.ts'
import { ownMade } from '../../own-made.ts'
import type { BetaTableName } from './betas.ts'
import { cosineSchedule } from './cosine.ts'
import { rectifiedFlow } from './flow.ts'
import type { Schedule } from './schedule.ts'
import { sqrtSchedule } from './sqrt.ts'
import { tableSchedule } from './table-schedule.ts'
import { namedTable } from './table.ts'
import { edmSchedule, type SigmaRange, veSchedule } from './ve.ts'
import { type BetaRange, subVpSchedule, vpSchedule } from './vp.ts'
import { shifted } from './warp.ts'

/** The numbers of a continuous schedule; each name takes some of them, and all take `shift`. */
export interface ScheduleOptions extends BetaRange, SigmaRange {
  /** σ/α times this factor, see {@link shifted}; default 1. */
  readonly shift?: number
}

interface Builder {
  readonly takes: readonly string[]
  readonly build: (options: ScheduleOptions) => Schedule
}

const builders = {
  cosine: { takes: [], build: () => cosineSchedule() },
  vp: { takes: ['betaMin', 'betaMax'], build: vpSchedule },
  'sub-vp': { takes: ['betaMin', 'betaMax'], build: subVpSchedule },
  ve: { takes: ['sigmaMin', 'sigmaMax'], build: veSchedule },
  edm: { takes: ['sigmaMax'], build: edmSchedule },
  'rectified-flow': { takes: [], build: () => rectifiedFlow() },
  sqrt: { takes: ['sigmaMin'], build: sqrtSchedule },
} as const satisfies Record<string, Builder>

/** The name of a schedule in continuous time. */
export type ScheduleName = keyof typeof builders

/** All names of {@link namedSchedule}. */
export const scheduleNames = Object.freeze(Object.keys(builders)) as readonly ScheduleName[]

/** The ends of a table that has a range: `linear`, `scaled_linear`, `sigmoid`. */
export interface TableRange {
  /** β of the first level; default 0.0001. */
  readonly betaStart?: number
  /** β of the last level; default 0.02. */
  readonly betaEnd?: number
}

/** Noise as JSON: a table of levels, or a schedule in continuous time with its numbers. */
export type NoiseSpec =
  | ({ readonly table: BetaTableName; readonly levels: number } & TableRange)
  | ({ readonly schedule: ScheduleName } & ScheduleOptions)

/**
 * A schedule in continuous time by its name.
 *
 * @throws TweedieError `usage` for an unknown name, or a number that this schedule does not take
 * @example
 * namedSchedule('vp', { betaMax: 15 }).alpha(1)
 */
export function namedSchedule(name: ScheduleName, { shift = 1, ...options }: ScheduleOptions = {}): Schedule {
  if (!Object.hasOwn(builders, name)) {
    throw new TweedieError('usage', `unknown noise schedule: ${name}`, { hint: `one of ${scheduleNames.join(', ')}` })
  }
  const { takes, build }: Builder = builders[name]
  for (const [option, value] of Object.entries(options)) {
    if (value !== undefined && !takes.includes(option)) {
      throw new TweedieError('usage', `the schedule ${name} has no ${option}`, {
        hint: `it takes ${[...takes, 'shift'].join(', ')}`,
      })
    }
  }
  const schedule = build(options)
  return shift === 1 ? schedule : shifted(schedule, shift)
}

/** Schedules of the user's own, by name: from the numbers that a specification has for one to the schedule. */
export type OwnSchedules = Readonly<Record<string, (numbers: Readonly<Record<string, unknown>>) => Schedule>>

/** The schedule of a specification; `own`: the user's schedules besides those of {@link scheduleNames}. */
export function scheduleOfNoise(noise: NoiseSpec, own: OwnSchedules = {}): Schedule {
  if ('table' in noise) {
    const { table, levels: steps, betaStart, betaEnd } = noise
    const range = { ...(betaStart !== undefined && { betaStart }), ...(betaEnd !== undefined && { betaEnd }) }
    return tableSchedule(namedTable(table, { steps, ...range }), table)
  }
  const { schedule, ...options } = noise
  if (!Object.hasOwn(own, schedule)) return namedSchedule(schedule, options)
  const { shift = 1, ...numbers } = options
  const mine = ownMade(`the noise schedule ${schedule}`, () => own[schedule]!(numbers), ['alpha', 'sigma', 'logSnr'])
  const made = { ...mine, name: schedule }
  return shift === 1 ? made : shifted(made, shift)
}

/** A short description of the noise: `vp`, `linear (1000 levels)`. */
export function describeNoise(noise: NoiseSpec): string {
  return 'table' in noise ? `${noise.table} (${noise.levels} levels)` : noise.schedule
}
