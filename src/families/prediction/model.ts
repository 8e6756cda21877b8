/** A trained model of predictions: how rows are seen, the predictor f, and a model of its residuals. */
import { TweedieError } from '../../errors.ts'
import type { ModelFolder, ModelFolderInput } from '../../files/io/model-folder.ts'
import type { FamilyModel } from '../family.ts'
import type { OwnComponents } from '../own-parts.ts'
import { folderOf, type Model } from '../values/model.ts'
import { modelOf } from '../values/model-of.ts'
import { conditionWidth } from './data.ts'
import { classesOf, type Encoding } from './encoding.ts'
import { centreIn, residualMeta } from './meta.ts'
import { type Predictor, predictorLayout } from './predictor.ts'

/** Where the predictor lies in a folder. */
export const predictorName = 'predictor'

/** A model in memory. */
export interface PredictionModel extends FamilyModel {
  readonly family: 'prediction'
  readonly encoding: Encoding
  readonly predictor: Predictor
  /** The diffusion of residuals, given the row. */
  readonly residual: Model
}

/** The model of a folder's content. @throws TweedieError `model` where its parts do not fit together */
export function predictionOf(folder: ModelFolder, own: OwnComponents = {}): PredictionModel {
  const { meta, components } = folder
  const part = components.get(predictorName)
  if (!part) {
    throw new TweedieError('model', `there is no ${predictorName}/ beside the model of its residuals`, {
      hint: 'copy the whole folder again',
    })
  }
  const { encoding, predictor: config } = centreIn(meta)
  const residual = modelOf({ ...folder, meta: residualMeta(meta) }, own)
  const layout = predictorLayout(config)
  const predictor = { config, layout, weights: layout.fromMap(part.weights) }
  const told = residual.network.conditions['row']
  if (told?.kind !== 'vector' || told.size !== conditionWidth({ encoding, predictor })) {
    throw new TweedieError('model', 'the network is told other rows than the encoding makes')
  }
  return { family: 'prediction', encoding, predictor, residual, classNames: classesOf(encoding), meta }
}

/** The content of the model's folder; the inverse of {@link predictionOf}. */
export function predictionFolderOf({ residual, predictor, meta }: PredictionModel): ModelFolderInput {
  const folder = folderOf(residual)
  const { config, layout, weights } = predictor
  const part = { library: 'tweedie', className: 'Predictor', config: { ...config }, weights: layout.toMap(weights) }
  return { ...folder, components: new Map([...(folder.components ?? []), [predictorName, part]]), meta }
}
