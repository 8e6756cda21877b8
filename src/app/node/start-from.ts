/** The model whose weights a run begins with. */
import { resolve } from 'node:path'
import { TweedieError } from '../../errors.ts'
import type { OwnParts } from '../../families/family.ts'
import type { Opened } from '../../families/registry.ts'
import { firstOf, type OptionValues } from '../../options.ts'
import type { TrainData } from '../../tools/train/problem.ts'
import type { BaseSpec } from '../../tools/train/spec.ts'
import type { StartWeights } from '../../tools/train/state.ts'
import { startOf } from '../further.ts'
import { type OpenFolderValues, readOptions } from '../open-options.ts'
import { openFolder } from './open-folder.ts'
import type { TrainRequest } from './prepared-run.ts'

/**
 * The model that options name, if they do.
 *
 * @throws TweedieError `model` if it does not exist, `usage` for reading options without a model
 */
export async function modelOf(
  options: OptionValues,
  own: OwnParts,
  onRemark?: TrainRequest['onRemark'],
): Promise<(Opened & { readonly path: string }) | undefined> {
  const { from, scheduler, variant } = options as OptionValues & OpenFolderValues
  const reading = firstOf(options, readOptions)
  if (from === undefined && reading !== undefined) {
    throw new TweedieError('usage', `\`${reading}\` says how the model of \`from\` is read, and none is named`, {
      hint: reading === 'scheduler' ? 'the noise to train on is `noise`' : `leave \`${reading}\` out`,
    })
  }
  if (from === undefined) return undefined
  if (typeof from === 'string') {
    return { ...(await openFolder(from, own, { scheduler, variant, onRemark })), path: resolve(from) }
  }
  throw new TweedieError('usage', '`from` must be the folder of a model, so that the run can begin again')
}

/** Its weights for the network of the run, and remarks about weights that could not be used. */
export async function startFrom(
  model: Opened,
  spec: BaseSpec,
  data: TrainData,
  { own = {}, onRemark }: TrainRequest,
): Promise<StartWeights | undefined> {
  const { start, notes } = await startOf(model, spec, data, own)
  for (const note of notes) onRemark?.(note)
  return start
}
