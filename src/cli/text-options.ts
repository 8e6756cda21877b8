/** The options of `sample` and `eval` for models of tokens, and which of the others mean nothing to them. */
import type { Command } from 'commander'
import { TweedieError } from '../errors.ts'
import { kebab } from './option-name.ts'
import { positive, real, whole } from './parse.ts'

/** What can be asked for. */
export interface TextOptions {
  readonly length?: number
  readonly infill?: string
  readonly temperature?: number
  readonly clamp?: boolean
  readonly require?: readonly string[]
  readonly fluency?: number
}

/** Adds the options of `sample` that are for tokens. */
export function withTextOptions(command: Command): Command {
  return command
    .optionsGroup('Models of text and other tokens:')
    .option('--length <n>', 'of text: how many tokens (default: as in training)', whole({ max: 65_536 }))
    .option('--infill <template>', "of text: what is given, such as 'To be, [MASK:20] question'; [MASK…] fills up")
    .option('--temperature <x>', 'below 1 likely tokens are preferred', real({ min: 0.01, max: 100 }))
    .optionsGroup('Models of text as noisy embeddings (diffusion-lm):')
    .option('--clamp', 'round to tokens in every step')
    .option(
      '--require <what>',
      "a word at a place, 'love@5', or characters at places, '[A-Z]@0-3'; several by saying it again",
      (text: string, before: readonly string[] = []) => [...before, text],
    )
    .option('--fluency <lambda>', 'how much what is likely counts against what is required (default: 0.01)', positive)
    .optionsGroup('General:')
}

/** Options of models of noisy embeddings alone. */
const ofEmbeddings = ['clamp', 'require', 'fluency'] as const

/**
 * Refuses options that only a model of noisy embeddings has a use for.
 *
 * @throws TweedieError `usage` that names the option
 */
export function refuseEmbeddedOptions(options: TextOptions): void {
  const name = ofEmbeddings.find((each) => options[each] !== undefined)
  if (name === undefined) return
  throw new TweedieError('usage', `--${name} is for models of text as noisy embeddings`, {
    hint: 'train one with --objective diffusion-lm',
  })
}

/** Options of models of tokens, by a discrete process or as embeddings. */
const ofTokens = ['length', 'infill', 'temperature'] as const

/**
 * Refuses options that a model of images or points has no use for.
 *
 * @throws TweedieError `usage` that names the option
 */
export function refuseTextOptions(options: TextOptions): void {
  refuseEmbeddedOptions(options)
  const name = ofTokens.find((each) => options[each] !== undefined)
  if (name === undefined) return
  throw new TweedieError('usage', `--${name} is for models of text, and this one is of images or points`)
}

/** Options of Gaussian noise and of its samplers. */
const ofValues = [
  'spacing',
  'times',
  'eta',
  'churn',
  'variance',
  'clip',
  'arithmetic',
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
