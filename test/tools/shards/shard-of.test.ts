/** Which shard a process has: as it is told, or as schedulers say. */
import { describe, expect, test } from 'vitest'
import { shardOf } from '../../../src/tools/shards/shard-of.ts'

describe('a shard', () => {
  test('is counted from 1', () => {
    expect(shardOf('1/8')).toEqual({ index: 0, count: 8 })
    expect(shardOf('8/8')).toEqual({ index: 7, count: 8 })
  })

  test.each(['0/8', '9/8', '1', '', '1/0', '-1/8', '1/8/2', 'a/8', '1/8.5', 'auto/', '1/1000000'])(
    '%j is none',
    (text) => expect(() => shardOf(text)).toThrow(/shard/),
  )

  test.each<[string, Record<string, string>, string, number, number]>([
    [
      'an array of Slurm',
      { SLURM_ARRAY_TASK_ID: '2', SLURM_ARRAY_TASK_COUNT: '8', SLURM_ARRAY_TASK_MIN: '0' },
      'auto',
      2,
      8,
    ],
    [
      'one that begins at 1',
      {
        SLURM_ARRAY_TASK_ID: '8',
        SLURM_ARRAY_TASK_COUNT: '8',
        SLURM_ARRAY_TASK_MIN: '1',
        SLURM_PROCID: '0',
        SLURM_NTASKS: '1',
      },
      'auto',
      7,
      8,
    ],
    [
      'one of every second',
      { SLURM_ARRAY_TASK_ID: '5', SLURM_ARRAY_TASK_COUNT: '4', SLURM_ARRAY_TASK_MIN: '1', SLURM_ARRAY_TASK_STEP: '2' },
      'auto',
      2,
      4,
    ],
    [
      'an array of steps of two',
      {
        SLURM_ARRAY_TASK_ID: '3',
        SLURM_ARRAY_TASK_COUNT: '4',
        SLURM_ARRAY_TASK_MIN: '0',
        SLURM_PROCID: '1',
        SLURM_STEP_NUM_TASKS: '2',
      },
      'auto',
      7,
      8,
    ],
    ['a step of Slurm', { SLURM_PROCID: '3', SLURM_NTASKS: '4' }, 'auto', 3, 4],
    [
      'a step of one task in a job of four',
      { SLURM_PROCID: '0', SLURM_NTASKS: '4', SLURM_STEP_NUM_TASKS: '1' },
      'auto',
      0,
      1,
    ],
    ['an Indexed Job', { JOB_COMPLETION_INDEX: '5' }, 'auto/8', 5, 8],
    ['Open MPI', { OMPI_COMM_WORLD_RANK: '1', OMPI_COMM_WORLD_SIZE: '2' }, 'auto', 1, 2],
    ['MPICH', { PMI_RANK: '0', PMI_SIZE: '2' }, 'auto/2', 0, 2],
  ])('of %s', (_, env, text, index, count) => expect(shardOf(text, env)).toEqual({ index, count }))

  test('is refused where the environment does not say it, or says another number', () => {
    expect(() => shardOf('auto')).toThrow(/neither Slurm nor Kubernetes nor MPI/)
    expect(() => shardOf('auto/8')).toThrow(/neither Slurm nor Kubernetes nor MPI/)
    expect(() => shardOf('auto', { JOB_COMPLETION_INDEX: '5' })).toThrow(/not how many there are/)
    expect(() => shardOf('auto/4', { JOB_COMPLETION_INDEX: '5' })).toThrow(/process 5/)
    expect(() => shardOf('auto/4', { PMI_RANK: '0', PMI_SIZE: '2' })).toThrow(/of 2.*there are 4 shards/)
    expect(() => shardOf('auto', { SLURM_ARRAY_TASK_ID: '2' })).toThrow(/shard/)
  })
})
