/** Data prepared for training: encoded by the autoencoder that the run names. */
import { TweedieError } from '../../errors.ts'
import type { ArrayDataset } from '../../files/data/dataset.ts'
import type { TrainData } from '../../tools/train/problem.ts'
import type { OtherModel, PrepareSetting, Wanted } from '../family.ts'
import type { VaeModel } from '../vae/model.ts'
import { autoencoderSum } from './autoencoder-sum.ts'
import { type CodeSource, latentData, type LatentData } from './data.ts'
import { encodedViews, viewsOf } from './encode-data.ts'
import type { LatentModel } from './model.ts'
import type { LatentTrainSpec } from './spec.ts'

/** The family's `prepare`: opens the autoencoder that options or a specification name, and encodes the data. */
export async function prepareLatents(
  data: TrainData,
  { options, spec }: Wanted<LatentTrainSpec>,
  setting: PrepareSetting,
): Promise<LatentData> {
  const values = valuesOf(data)
  if ('codes' in values) return values as LatentData
  const known = spec?.autoencoder
  const source = options ? options.latents : known?.path
  if (source === undefined) throw unnamed(known !== undefined)
  const { store, ...other } = await setting.open(source)
  const autoencoder = autoencoderIn(other, typeof source === 'string' ? source : 'the model')
  const codes: CodeSource = { autoencoder, path: other.path, sum: autoencoderSum(autoencoder) }
  if (known && known.sum !== codes.sum) {
    throw new TweedieError('model', `${known.path}: not the autoencoder that this run began with`, {
      hint: 'it was trained further, or replaced: bring it back, or start a new run',
    })
  }
  const views = viewsOf(autoencoder, Boolean(options ? options.flip : spec.flip))
  return latentData(codes, { of: values, laws: await encodedViews(codes, values, views, { ...setting, store }) })
}

function valuesOf(data: TrainData): ArrayDataset {
  if (data.kind !== 'tokens') return data
  throw new TweedieError('usage', `${data.name}: tokens, where images, points or other numbers are needed`)
}

function unnamed(isRun: boolean): TweedieError {
  if (isRun) {
    return new TweedieError(
      'usage',
      'the autoencoder of this run was a model in memory: prepare the data with it again',
      {
        hint: 'latentData of codes by the same autoencoder',
      },
    )
  }
  return new TweedieError('usage', 'which autoencoder makes the codes?', {
    hint: '`latents: runs/vae`, what `train DATA --model vae` made',
  })
}

/** The autoencoder of an opened model: itself, or that of a model of codes. */
function autoencoderIn({ model }: Pick<OtherModel, 'model'>, name: string): VaeModel {
  if (model.family === 'vae') return model as VaeModel
  if (model.family === 'latent') return (model as LatentModel).autoencoder
  const isTokens = model.family === 'vq'
  throw new TweedieError(
    'usage',
    `\`latents\`: ${name} is no autoencoder with a law of codes: ${isTokens ? 'its codes are tokens' : `it is a model of the family ${model.family}`}`,
    { hint: 'train one: `train DATA --model vae --out runs/vae`' },
  )
}
