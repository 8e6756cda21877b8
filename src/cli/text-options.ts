/** The options of `sample` and `eval` for models of tokens, and which of the others mean nothing to them. */
import type { Command } from 'commander'
import { TweedieError } from '../errors.ts'
import { kebab } from './option-name.ts'
import { real, whole } from './parse.ts'

/** What can be asked for. */
export interface TextOptions {
  readonly length?: number
  readonly infill?: string
  readonly temperature?: number
}

/** Adds the options of `sample` that are for tokens. */
export function withTextOptions(command: Command): Command {
  return command
    .optionsGroup('Models of text and other tokens:')
    .option('--length <n>', 'of text: how many tokens (default: as in training)', whole({ max: 65_536 }))
    .option('--infill <template>', "of text: what is given, such as 'To be, [MASK:20] question'; [MASK…] fills up")
    .option('--temperature <x>', 'below 1 likely tokens are preferred', real({ min: 0.01, max: 100 }))
    .optionsGroup('General:')
}

/** Options of Gaussian noise and of its samplers. */
const ofValues = [
  'spacing',
  'times',
  'eta',
  'churn',
  'variance',
  'clip',
  'guidanceRescale',
  'guidanceInterval',
  'negative',
  'weak',
  'classifier',
  'classifierScale',
  'encode',
  'decode',
  'boundVariance',
  'boundDecoder',
  'boundSteps',
  'trace',
  'tolerance',
  'values',
  'features',
  'heldOut',
] as const

/**
 * Refuses options that a model of tokens has no use for.
 *
 * @throws TweedieError `usage` that names the option
 */
export function refuseValueOptions(options: object): void {
  const [name] = ofValues.filter((each) => (options as Record<string, unknown>)[each] !== undefined)
  if (name === undefined) return
  throw new TweedieError('usage', `--${kebab(name)} is for models of images and points, and this one is of tokens`)
}

/** The options with one left out if it was not typed: its default is for models of another kind. */
export function withTyped<Options extends object, Name extends keyof Options & string>(
  options: Options,
  typed: Command,
  name: Name,
): Omit<Options, Name> & { readonly [N in Name]?: Options[N] | undefined } {
  return { ...options, [name]: typed.getOptionValueSource(name) === 'default' ? undefined : options[name] }
}
