/** Data prepared for training: maps of tokens by the quantiser that the run names. */
import { isArrays } from '../../files/data/any-dataset.ts'
import { TweedieError } from '../../errors.ts'
import type { ArrayDataset } from '../../files/data/dataset.ts'
import type { TrainData } from '../../tools/train/problem.ts'
import type { PrepareSetting, Wanted } from '../family.ts'
import { tokenSource, type TokenMaps } from './data.ts'
import { storedMaps } from './encode-data.ts'
import { openQuantiser } from './open-quantiser.ts'
import type { VqDiffusionSpec } from './spec.ts'

/** The family's `prepare`: opens the quantiser that options or a specification name, and encodes the data. */
export async function prepareMaps(
  data: TrainData,
  { options, spec }: Wanted<VqDiffusionSpec>,
  setting: PrepareSetting,
): Promise<TokenMaps> {
  if ('quantised' in data) return data as TokenMaps
  const images = imagesOf(data)
  const known = spec?.quantiser
  const named = options ? options.latents : known?.path
  if (named === undefined) throw unnamed(known !== undefined)
  const { quantiser, path, store } = await openQuantiser(named, images, setting)
  const source = tokenSource(quantiser, path)
  if (known && known.sum !== source.sum) {
    throw new TweedieError('model', `${known.path}: not the autoencoder that this run began with`, {
      hint: 'it was trained further, or replaced: bring it back, or start a new run',
    })
  }
  return storedMaps(source, images, { ...setting, store })
}

function imagesOf(data: TrainData): ArrayDataset {
  if (isArrays(data)) return data
  throw new TweedieError('usage', `${data.name}: ${data.kind}, where images are needed`, {
    hint: 'leave `model` out: another family learns them',
  })
}

function unnamed(isRun: boolean): TweedieError {
  if (isRun) {
    return new TweedieError(
      'usage',
      'the autoencoder of this run was a model in memory: prepare the data with it again',
    )
  }
  return new TweedieError('usage', 'which autoencoder makes the tokens?', {
    hint: '`latents: runs/vq`, what `train DATA --model vq` made',
  })
}
