/** The model whose weights a run begins with. */
import { TweedieError } from '../../errors.ts'
import type { OwnParts } from '../../families/family.ts'
import type { Opened } from '../../families/registry.ts'
import type { OptionValues } from '../../options.ts'
import type { TrainData } from '../../tools/train/problem.ts'
import type { BaseSpec } from '../../tools/train/spec.ts'
import type { StartWeights } from '../../tools/train/state.ts'
import { startOf } from '../further.ts'
import { openFolder } from './open-folder.ts'
import type { TrainRequest } from './prepared-run.ts'

/** The model that options name, if they do. @throws TweedieError `model` where there is none */
export async function modelOf({ from }: OptionValues, own: OwnParts): Promise<Opened | undefined> {
  if (from === undefined) return undefined
  if (typeof from === 'string') return openFolder(from, own)
  throw new TweedieError('usage', '`from` must be the folder of a model, so that the run can begin again')
}

/** Its weights for the network of the run; what does not go along is said. */
export function startFrom(
  model: Opened,
  spec: BaseSpec,
  data: TrainData,
  { own = {}, onRemark }: TrainRequest,
): StartWeights {
  const { start, notes } = startOf(model, spec, data, own)
  for (const note of notes) onRemark?.(note)
  return start
}
