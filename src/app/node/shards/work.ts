/** The commands that are computed in shards. */
import type { Judgement, OwnParts } from '../../../families/family.ts'
import type { Opened } from '../../../families/registry.ts'
import type { OptionValues } from '../../../options.ts'
import { evaluate } from '../evaluate.ts'
import { type Made, sampleTo } from '../make.ts'
import type { Watch } from '../setting.ts'

/** Where the model lies, and where the result goes. */
export interface WorkRequest extends Watch {
  readonly place: string
  readonly own?: OwnParts | undefined
  readonly out?: string | undefined
  readonly force?: boolean | undefined
}

/** What a command makes. */
export interface Results {
  readonly sample: Made
  readonly eval: Judgement
}

/** Their names. */
export type ShardedCommand = keyof Results

/** Each, as one process does it. */
export const works: {
  readonly [Command in ShardedCommand]: (
    opened: Opened,
    options: OptionValues,
    request: WorkRequest,
  ) => Promise<Results[Command]>
} = Object.freeze({
  sample: sampleTo,
  eval: evaluate,
})
