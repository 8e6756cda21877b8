/** The options by which samples are guided. */
import { type Command, InvalidArgumentError, Option } from 'commander'
import { real } from './parse.ts'

/** What can be asked for. */
export interface GuidanceCommandOptions {
  readonly guidance?: number | undefined
  readonly guidanceRescale?: number | undefined
  readonly guidanceInterval?: readonly [number, number] | undefined
  readonly negative?: string | undefined
  readonly weak?: string | undefined
  readonly classifier?: string | undefined
  readonly classifierScale?: number | undefined
}

/** The attributes of these options. */
export const guidanceAttributes = Object.freeze([
  'guidance',
  'guidanceRescale',
  'guidanceInterval',
  'negative',
  'weak',
  'classifier',
  'classifierScale',
] as const)

/** Adds them. */
export function withGuidance(command: Command): Command {
  return command
    .option(
      '--guidance <w>',
      'how much more the class counts, w of (w + 1) ε_c − w ε: 0 as learned, 1 to 4 more so, -1 not at all',
      real({ min: -1, max: 100 }),
    )
    .option(
      '--guidance-rescale <x>',
      'bring the contrast of guided means back: 0 not at all, 1 wholly',
      real({ min: 0, max: 1 }),
    )
    .option('--guidance-interval <from,to>', 'guide between these times only, such as 0.2,0.8', interval)
    .addOption(new Option('--negative <class>', 'guide away from this class').conflicts('weak'))
    .option('--weak <model>', 'guide away from this weaker version of the model')
    .option('--classifier <file>', "guide by a classifier too: what 'tweedie train-classifier' made")
    .option('--classifier-scale <s>', 'how much the classifier counts (default: 1)', real({ min: 0, max: 1000 }))
}

function interval(text: string): readonly [number, number] {
  const times = text.split(',').map((each) => real({ min: 0, max: 1 })(each.trim()))
  if (times.length === 2 && times[0]! < times[1]!) return [times[0]!, times[1]!]
  throw new InvalidArgumentError('It must be two times, the earlier first: 0.2,0.8.')
}
