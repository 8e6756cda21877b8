/** The options by which a sampler is chosen, shared by every command that draws. */
import { type Command, Option } from 'commander'
import { reverseVariances, spacings } from '../families/choices.ts'
import { oneOf, real, whole } from './parse.ts'

/** What can be asked for. */
export interface SamplerOptions {
  /** Default DPM-Solver++(2M). */
  readonly sampler?: string | undefined
  /** Default 20. */
  readonly steps?: number | undefined
  readonly spacing?: (typeof spacings)[number] | undefined
  readonly times?: readonly number[] | undefined
  readonly eta?: number | undefined
  readonly churn?: number | undefined
  readonly variance?: (typeof reverseVariances)[number] | undefined
  /** How strongly a class counts, where it can be said: guided means have no variance of their own. */
  readonly guidance?: number | undefined
}

/** The attributes of these options, and of `--clip`. */
export const samplerAttributes = Object.freeze([
  'sampler',
  'steps',
  'spacing',
  'times',
  'eta',
  'churn',
  'variance',
  'clip',
])

/** Adds `--sampler`, what it takes, and `--clip`. */
export function withSampler(command: Command): Command {
  return command
    .option('--sampler <name>', "which sampler ('tweedie samplers' lists them; default: dpm++-2m, of masked text mdlm)")
    .option('--steps <n>', 'steps of the sampler (default: 20, of text 256)', whole({ max: 100_000 }))
    .option(
      '--spacing <name>',
      `where the steps lie: ${spacings.join(', ')} (default: faint, from 50 steps on trailing)`,
      oneOf(spacings),
    )
    .addOption(
      new Option('--times <list>', 'the times themselves, falling: 1,0.6,0.3,0.1,0')
        .argParser(times)
        .conflicts(['steps', 'spacing']),
    )
    .option('--eta <x>', 'noise of ddim, euler, heun …: 0 none, 1 that of ddpm', real({ min: 0, max: 1 }))
    .addOption(
      new Option('--churn <x>', "EDM's noise for euler and heun: how much over the whole run, such as 40")
        .argParser(real({ min: 0 }))
        .conflicts('eta'),
    )
    .option(
      '--variance <which>',
      `of ddpm's steps: ${reverseVariances.join(', ')} (default: learned if the model has learned it)`,
      oneOf(reverseVariances),
    )
    .option('--clip', 'clip to the range of the data on the way (default for images)')
    .option('--no-clip', 'do not')
}

function times(text: string): readonly number[] {
  return text.split(',').map((each) => real({ min: 0, max: 1 })(each.trim()))
}
