/** What is to run on a cluster, in the terms of every cluster. */
import { TweedieError } from '../../errors.ts'

/** A job. */
export interface Job {
  /** The arguments of `tweedie`: `train ./photos --out runs/photos`. */
  readonly command: readonly string[]
  readonly name: string
  /** How many processes train together. */
  readonly processes: number
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
export function checkJob({ command, name, processes }: Job): void {
  if (command.length === 0) {
    throw new TweedieError('usage', 'what is to run?', {
      hint: 'tweedie submit slurm -- train ./photos --out runs/photos',
    })
  }
  if (processes > 1 && command[0] !== 'train') {
    throw new TweedieError('usage', `\`processes: ${processes}\`: ${command[0]} is one process`, {
      hint: 'several processes are for train; draw with several seeds instead',
    })
  }
  if (
    command[0] === 'train' &&
    !command.some((each) => each === '--out' || each === '-o' || each.startsWith('--out='))
  ) {
    throw new TweedieError('usage', 'the command has no --out', {
      hint: 'name the folder of the run, on a disk that stays',
    })
  }
  if (!/^[a-z0-9]([a-z0-9-]{0,48}[a-z0-9])?$/.test(name)) {
    throw new TweedieError('usage', `\`name\` is ${name}: lower-case letters, digits and '-', at most 50`)
  }
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
