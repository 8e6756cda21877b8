/** Which shard a process has: as it was told, or as schedulers say in the environment. */
import { TweedieError } from '../../errors.ts'
import type { ShardOf } from './own-shard.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** The most shards. */
const most = 100_000

/**
 * The shard that a text names: `3/8` is the third of eight; `auto` asks the environment, and `auto/8` the environment for the number of the
 * process alone, as Kubernetes' Indexed Jobs have it. The environment is that of Slurm's array jobs (`SLURM_ARRAY_TASK_ID`, `_COUNT`, `_MIN`,
 * `_STEP`) and steps (`SLURM_PROCID`, `SLURM_NTASKS`), of Indexed Jobs (`JOB_COMPLETION_INDEX`), and of MPI's launchers
 * (`OMPI_COMM_WORLD_RANK`, `PMI_RANK` and their sizes); an array of steps has as many shards as there are processes in all.
 *
 * @throws TweedieError `usage` for anything else, and where the environment does not say
 * @example
 * shardOf('auto', { SLURM_ARRAY_TASK_ID: '2', SLURM_ARRAY_TASK_COUNT: '8', SLURM_ARRAY_TASK_MIN: '0' }) // { index: 2, count: 8 }
 */
export function shardOf(text: string, env: Environment = {}): ShardOf {
  const [, typed, , total] = /^(\d+|auto)(\/(\d+))?$/.exec(text) ?? []
  const count = total === undefined ? undefined : Number(total)
  if (typed === undefined || (typed !== 'auto' && count === undefined) || count === 0 || (count ?? 1) > most) {
    throw new TweedieError('usage', `\`shard: ${text}\` is no shard: 1/8 is the first of eight, 8/8 the last`, {
      hint: '`shard: auto` asks Slurm, Kubernetes or MPI',
    })
  }
  if (typed === 'auto') return fromEnvironment(env, count)
  const number = Number(typed)
  if (number >= 1 && number <= count!) return { index: number - 1, count: count! }
  throw new TweedieError('usage', `\`shard: ${text}\`: shards are numbered from 1/${count} to ${count}/${count}`)
}

function fromEnvironment(env: Environment, told: number | undefined): ShardOf {
  const number = (...names: readonly string[]): number | undefined =>
    names.map((name) => whole(env[name])).find((value) => value !== undefined)
  const array = {
    index: whole(env['SLURM_ARRAY_TASK_ID']),
    count: whole(env['SLURM_ARRAY_TASK_COUNT']),
    least: whole(env['SLURM_ARRAY_TASK_MIN']) ?? 0,
    step: whole(env['SLURM_ARRAY_TASK_STEP']) ?? 1,
  }
  const rank = {
    index: number('OMPI_COMM_WORLD_RANK', 'PMI_RANK', 'SLURM_PROCID'),
    count: number('OMPI_COMM_WORLD_SIZE', 'PMI_SIZE', 'SLURM_STEP_NUM_TASKS', 'SLURM_NTASKS') ?? 1,
  }
  const index = whole(env['JOB_COMPLETION_INDEX'])
  const found =
    array.index !== undefined
      ? {
          index: ((array.index - array.least) / Math.max(1, array.step)) * rank.count + (rank.index ?? 0),
          count: (array.count ?? 0) * rank.count,
        }
      : index !== undefined
        ? { index, count: told ?? 0 }
        : { index: rank.index, count: rank.index === undefined ? 0 : rank.count }
  const count = told ?? found.count
  if (found.index !== undefined && count > 0) {
    if (Number.isInteger(found.index) && found.index >= 0 && found.index < count && (found.count || count) === count)
      return { index: found.index, count }
    throw new TweedieError(
      'usage',
      `\`shard: auto\`: this is process ${found.index} of ${found.count}, counted from 0, and there are ${count} shards`,
      { hint: '`shard: i/n` says which shard this process has' },
    )
  }
  throw new TweedieError(
    'usage',
    index === undefined
      ? '`shard: auto`: neither Slurm nor Kubernetes nor MPI has started this process'
      : '`shard: auto`: Kubernetes tells the number of a process, and not how many there are',
    { hint: index === undefined ? '`shard: 1/8` is the first of eight' : '`shard: auto/8`, for 8 completions' },
  )
}

const whole = (text: string | undefined): number | undefined =>
  text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : undefined
