/** A script for Slurm's `sbatch`. */
import { checkJob, clockTime, type Job, outOf, shellWord } from './job.ts'

/**
 * The script. Two minutes before its time is over, Slurm sends SIGTERM: training saves, and the job goes back into the queue, where it
 * resumes.
 *
 * @throws TweedieError `usage` for a job that makes no sense
 * @example
 * writeFileSync('job.sh', slurmScript({ command: ['train', './photos', '--out', 'runs/photos'], name: 'photos', processes: 4, cores: 4, memoryMb: 4000, minutes: 240 }))
 */
export function slurmScript(job: Job): string {
  checkJob(job)
  const { command, processes, cores } = job
  const launch = processes > 1 ? 'srun --mpi=pmix ' : 'srun '
  const run = (words: readonly string[]): string =>
    `${launch}npx tweedie ${[...words, '--threads', String(cores)].map(shellWord).join(' ')}`
  return `${['#!/bin/bash', ...settingsOf(job), '#SBATCH --requeue'].join('\n')}
set -u

${command[0] === 'train' ? training(command, run) : run(command)}
`
}

/**
 * A script that is run where jobs are submitted: it queues an array of jobs, one a shard, and behind it the merge. A task that is queued again alone has its shard.
 *
 * @throws TweedieError `usage` for a job that makes no sense
 */
export function slurmShards(job: Job): string {
  checkJob(job)
  const { command, cores, shards = 1 } = job
  const threads = ['--threads', String(cores)]
  const line = (words: readonly string[]): string => `srun npx tweedie ${words.map(shellWord).join(' ')}`
  const merge = line(['merge', `${outOf(command)}.shards`, ...threads])
  const script = (settings: readonly string[], run: string): string =>
    ['#!/bin/bash', ...settings, '#SBATCH --requeue', run].join('\n')
  return `#!/bin/bash
# queues ${shards} shards, and behind them the merge: bash, not sbatch
set -eu

shards=$(sbatch --parsable <<'JOB'
${script(settingsOf(job, [['array', `1-${shards}`]]), `${line([...command, ...threads, '--shard'])} "$SLURM_ARRAY_TASK_ID/${shards}"`)}
JOB
)
sbatch --dependency="afterok:\${shards%%;*}" <<'JOB'
${script(settingsOf({ ...job, name: `${job.name}-merge` }), merge)}
JOB
`
}

/** What the job asks for. */
function settingsOf(
  { name, processes, cores, memoryMb, minutes, partition, account }: Job,
  more: readonly (readonly [string, string])[] = [],
): readonly string[] {
  return [
    ['job-name', name],
    ['ntasks', processes],
    ['cpus-per-task', cores],
    ['mem-per-cpu', `${Math.ceil(memoryMb / cores)}M`],
    ['time', clockTime(minutes)],
    ['partition', partition],
    ['account', account],
    ['output', more.length > 0 ? `${name}-%A-%a.log` : `${name}-%j.log`],
    ['signal', 'TERM@120'],
    ...more,
  ].flatMap(([key, value]) => (value === undefined ? [] : [`#SBATCH --${key}=${value}`]))
}

/** A run that is there already goes on; one that was stopped by its time is queued again. */
function training(command: readonly string[], run: (words: readonly string[]) => string): string {
  const out = outOf(command)
  return `if [ -e ${shellWord(`${out}/checkpoint.safetensors`)} ]; then
  ${run(['train', '--resume', '--out', out])}
else
  ${run(command)}
fi
status=$?
# 143: Slurm asked it to stop, and everything is saved
if [ $status -eq 143 ]; then scontrol requeue "$SLURM_JOB_ID"; fi
exit $status`
}
