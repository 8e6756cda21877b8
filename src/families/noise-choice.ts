/** The Gaussian noise of some options. */
import type { BetaTableName } from '../diffusion/noise/betas.ts'
import type { ScheduleName, TableRange } from '../diffusion/noise/named.ts'
import { TweedieError } from '../errors.ts'
import type { ValuesOf } from '../options.ts'
import { noiseSchedules, noiseTables, scheduleNumbers } from './choices.ts'
import type { noiseOptions } from './train-options.ts'
import type { OwnComponents } from './own-parts.ts'
import { ownPart, requireChoice } from './part.ts'

type NoiseValues = ValuesOf<typeof noiseOptions>

/** A table, if it is named, and its levels; or a schedule in continuous time and its numbers. */
export type NoiseChoice =
  | ({ readonly table?: BetaTableName | undefined; readonly levels?: number | undefined } & TableRange)
  | ({ readonly schedule: ScheduleName } & Partial<Record<keyof typeof scheduleNumbers, number>>)

/**
 * @param usual the noise of the chosen recipe, if no other is named
 * @throws TweedieError `usage` for a number that this noise does not have
 */
export function noiseOf(options: NoiseValues, usual: string | undefined, own: OwnComponents): NoiseChoice {
  const { levels } = options
  const asked = options.noise ?? options.schedule
  const option = options.noise === undefined ? 'schedule' : 'noise'
  requireChoice(own, 'schedules', { option, name: asked, builtIn: [...noiseTables, ...noiseSchedules] })
  const name = asked ?? usual
  const mine = name !== undefined && ownPart(own, 'schedules', name) !== undefined
  const schedule = mine ? (name as ScheduleName) : noiseSchedules.find((each) => each === name)
  const numbers = numbersOf(options)
  for (const number of Object.keys(numbers) as (keyof typeof scheduleNumbers)[]) {
    const takers = scheduleNumbers[number]
    if (mine || (schedule !== undefined && takers.includes(schedule))) continue
    const got = schedule ?? (name === undefined ? 'the default is a table of levels' : `${name} is a table of levels`)
    const why = schedule === undefined ? `, and ${got}` : `, not for ${got}`
    throw new TweedieError('usage', `\`${number}\` is for the noise ${takers.join(', ')}${why}`, {
      hint: schedule === undefined ? `\`noise: ${takers[0]}\`` : takesText(schedule),
    })
  }
  const range = rangeOf(options)
  const [end] = Object.keys(range)
  if (end !== undefined && name !== 'linear' && name !== 'scaled_linear') {
    throw new TweedieError('usage', `\`${end}\` is for the noise linear or scaled_linear`, { hint: '`noise: linear`' })
  }
  if (schedule === undefined) return { table: noiseTables.find((each) => each === name), levels, ...range }
  if (levels === undefined) return { schedule, ...numbers }
  throw new TweedieError('usage', `\`levels\` is for tables, and ${schedule} is a schedule in continuous time`)
}

function takesText(schedule: ScheduleName): string {
  const taken = Object.entries(scheduleNumbers).filter(([, takers]) => takers.includes(schedule))
  return `${schedule} takes ${taken.map(([option]) => `\`${option}\``).join(', ')}`
}

/** The ends of a table that were given. */
function rangeOf({ betaStart, betaEnd }: NoiseValues): TableRange {
  return { ...(betaStart !== undefined && { betaStart }), ...(betaEnd !== undefined && { betaEnd }) }
}

/** The numbers of a schedule that were given. */
function numbersOf({ betaMin, betaMax, sigmaMin, sigmaMax, shift }: NoiseValues) {
  const numbers = Object.entries({ betaMin, betaMax, sigmaMin, sigmaMax, shift }).filter(([, x]) => x !== undefined)
  return Object.fromEntries(numbers) as Partial<Record<keyof typeof scheduleNumbers, number>>
}
