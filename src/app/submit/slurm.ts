/** A script for Slurm's `sbatch`. */
import { checkJob, clockTime, type Job, shellWord } from './job.ts'

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
  const { command, name, processes, cores, memoryMb, minutes, partition, account } = job
  const settings = [
    ['job-name', name],
    ['ntasks', processes],
    ['cpus-per-task', cores],
    ['mem-per-cpu', `${Math.ceil(memoryMb / cores)}M`],
    ['time', clockTime(minutes)],
    ['partition', partition],
    ['account', account],
    ['output', `${name}-%j.log`],
    ['signal', 'TERM@120'],
  ].flatMap(([key, value]) => (value === undefined ? [] : [`#SBATCH --${key}=${value}`]))
  const launch = processes > 1 ? 'srun --mpi=pmix ' : 'srun '
  const run = (words: readonly string[]): string =>
    `${launch}npx tweedie ${[...words, '--threads', String(cores)].map(shellWord).join(' ')}`
  return `${['#!/bin/bash', ...settings, '#SBATCH --requeue'].join('\n')}
set -u

${command[0] === 'train' ? training(command, run) : run(command)}
`
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

/** The folder of the run. */
export function outOf(command: readonly string[]): string {
  const at = command.findIndex((word) => word === '--out' || word === '-o')
  return at >= 0 ? command[at + 1]! : command.find((word) => word.startsWith('--out='))!.slice('--out='.length)
}
