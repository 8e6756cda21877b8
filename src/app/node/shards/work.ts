/** The commands that are computed in shards. */
import { TweedieError } from '../../../errors.ts'
import type { Judgement, OwnParts } from '../../../families/family.ts'
import type { Opened } from '../../../families/registry.ts'
import type { OptionValues } from '../../../options.ts'
import type { ShardedCommand } from '../../sharded.ts'
import { type Assimilated, assimilateTo } from '../assimilate.ts'
import { evaluate } from '../evaluate.ts'
import { editTo, type Made, restoreTo, sampleTo } from '../make.ts'
import { type Predicted, predictTo } from '../predict.ts'
import type { Watch } from '../setting.ts'

/** Where the model lies, what it works on, and where the result goes. */
export interface WorkRequest extends Watch {
  readonly place: string
  /** The file that the command works on, where it takes one: a picture, a table, observations. */
  readonly input?: string | undefined
  readonly own?: OwnParts | undefined
  readonly out?: string | undefined
  readonly force?: boolean | undefined
}

/** What a command makes. */
export interface Results extends Readonly<Record<ShardedCommand, unknown>> {
  readonly sample: Made
  readonly restore: Made
  readonly edit: Made
  readonly predict: Predicted
  readonly assimilate: Assimilated
  readonly eval: Judgement
}

/** Each, as one process does it; files that options name are options: `samples`, `given`. */
export const works: {
  readonly [Command in ShardedCommand]: (
    opened: Opened,
    options: OptionValues,
    request: WorkRequest,
  ) => Promise<Results[Command]>
} = Object.freeze({
  sample: sampleTo,
  restore: async (opened, options, request) => restoreTo(opened, inputOf(request), options, request),
  edit: async (opened, options, request) => editTo(opened, inputOf(request), options, request),
  predict: async (opened, options, request) =>
    predictTo(opened, inputOf(request), options, { ...request, samples: options.samples as string | undefined }),
  assimilate: (opened, options, { input, ...request }) =>
    assimilateTo(opened, options, { ...request, observations: input, given: options.given as string | undefined }),
  eval: evaluate,
})

function inputOf({ input }: WorkRequest): string {
  if (input !== undefined) return input
  throw new TweedieError('usage', 'what does it work on? `input` names a file')
}
