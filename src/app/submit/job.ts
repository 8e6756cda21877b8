/** What is to run on a cluster, in the terms of every cluster. */
import { TweedieError } from '../../errors.ts'
import { shardedCommands } from '../sharded.ts'

/** A job. */
export interface Job {
  /** The arguments of `tweedie`: `train ./photos --out runs/photos`. */
  readonly command: readonly string[]
  readonly name: string
  /** How many processes train together. */
  readonly processes: number
  /** In how many parts samples are drawn, or a model is judged, that are merged at the end. */
  readonly shards?: number | undefined
  /** Cores of each. */
  readonly cores: number
  /** Memory of each, in megabytes. */
  readonly memoryMb: number
  /** The longest it may take, in minutes. */
  readonly minutes: number
  /** Of clusters of containers: the image, and volumes as `claim:/path`. */
  readonly image?: string | undefined
  readonly volumes?: readonly string[] | undefined
  readonly namespace?: string | undefined
  /** Of Slurm. */
  readonly partition?: string | undefined
  readonly account?: string | undefined
}

/** @throws TweedieError `usage` for a command that cannot run so, or a name that no cluster takes */
export function checkJob(job: Job): void {
  const { command, name, processes, shards } = job
  if (command.length === 0) {
    throw new TweedieError('usage', 'what is to run?', {
      hint: 'tweedie submit slurm -- train ./photos --out runs/photos',
    })
  }
  if (processes > 1 && command[0] !== 'train') {
    throw new TweedieError('usage', `\`processes: ${processes}\`: ${command[0]} is one process`, {
      hint: '`shards: 8` for what draws or judges; several processes are for train',
    })
  }
  if (shards !== undefined) checkShards(job)
  if (command[0] === 'train' && !hasOut(command)) {
    throw new TweedieError('usage', 'the command has no --out', {
      hint: 'name the folder of the run, on a disk that stays',
    })
  }
  if (!/^[a-z0-9]([a-z0-9-]{0,48}[a-z0-9])?$/.test(name)) {
    throw new TweedieError('usage', `\`name\` is ${name}: lower-case letters, digits and '-', at most 50`)
  }
}

function checkShards({ command, processes }: Job): void {
  const [name] = command
  if (!shardedCommands.some((each) => each === name)) {
    throw new TweedieError('usage', `\`shards\`: ${name} is not computed in shards`, {
      hint: `${shardedCommands.slice(0, -1).join(', ')} and ${shardedCommands.at(-1)} are`,
    })
  }
  if (processes > 1) throw new TweedieError('usage', '`shards` and `processes` do not go together')
  if (!hasOut(command)) {
    throw new TweedieError('usage', 'the command has no --out', {
      hint: 'shards are kept beside it, on a disk that all see',
    })
  }
  if (command.some((word) => /^--shard(=|$)/.test(word))) {
    throw new TweedieError('usage', 'the command names its shard; leave `--shard` out')
  }
}

const hasOut = (command: readonly string[]): boolean =>
  command.some((each) => each === '--out' || each === '-o' || each.startsWith('--out='))

/** The folder or file of a command's result. */
export function outOf(command: readonly string[]): string {
  const at = command.findIndex((word) => word === '--out' || word === '-o')
  return at >= 0 ? command[at + 1]! : command.find((word) => word.startsWith('--out='))!.slice('--out='.length)
}

/** A word for a shell. */
export function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`
}

/** Hours, minutes and seconds, as Slurm has them: `04:00:00`. */
export function clockTime(minutes: number): string {
  const two = (value: number): string => String(value).padStart(2, '0')
  const seconds = Math.round(60 * minutes)
  return `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`
}
