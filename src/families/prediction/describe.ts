/** What `info` and the report before training say of predictions. */
import { thousands } from '../../words.ts'
import { describeModel } from '../describe-model.ts'
import { describeNoise } from '../describe-noise.ts'
import { explainRun, noiseText } from '../explain-run.ts'
import type { Description, Row } from '../family.ts'
import type { ResidualData } from './data.ts'
import { type Encoding, type FeatureSpec, widthOf } from './encoding.ts'
import type { PredictionModel } from './model.ts'
import type { PredictionTrainSpec } from './spec.ts'

/** The columns, the predictor and the noise on its residuals. */
export function describe({ residual, encoding, predictor, meta, classNames }: PredictionModel): Description {
  const { facts, rows } = describeModel(
    { ...residual, family: 'prediction', meta, classNames },
    {
      rows: [
        ['data', `${meta.data.name}: ${featuresText(encoding)}`],
        ['target', targetText(encoding)],
        ['predictor', predictorText(predictor.config.widths, predictor.layout.size)],
      ],
      noise: describeNoise(residual),
    },
  )
  return {
    facts: { ...facts, columns: encoding, predictor: predictor.config },
    rows: [...rows, ...encoding.features.map(featureRow)],
  }
}

/** A training run in words. */
export function explain(spec: PredictionTrainSpec, data: ResidualData): readonly Row[] {
  const { encoding, predictor, epochs } = data.centre
  const { parametrisation, weighting } = spec.objective
  const [first, , network, objective] = explainRun(data, spec.network, {
    data: `${thousands(data.length)} rows, ${featuresText(encoding)}`,
    objective: `${parametrisation}-prediction of residuals, ${weighting} weighting, ${noiseText(spec.noise)}`,
  })
  return [
    first!,
    ['target', targetText(encoding)],
    ['predictor', `${predictorText(predictor.config.widths, predictor.layout.size)}, fitted in ${epochs} passes`],
    network!,
    objective!,
  ]
}

function featuresText(encoding: Encoding): string {
  return `${encoding.features.length} columns as ${widthOf(encoding)} numbers`
}

function targetText({ target }: Encoding): string {
  if (target.kind === 'number') return `${target.name}, ${short(target.mean)} ± ${short(target.deviation)}`
  const { names } = target
  return `${target.name}, one of ${names.length}: ${names.slice(0, 10).join(', ')}${names.length > 10 ? ', …' : ''}`
}

const predictorText = (widths: readonly number[], size: number): string =>
  `layers of ${widths.join(', ')}, ${thousands(size)} parameters`

function featureRow(feature: FeatureSpec): Row {
  const lacks = feature.missing ? ', may be missing' : ''
  const what =
    feature.kind === 'number'
      ? `${short(feature.mean)} ± ${short(feature.deviation)}`
      : `one of ${feature.names.length}: ${feature.names.slice(0, 5).join(', ')}${feature.names.length > 5 ? ', …' : ''}`
  return [`  ${feature.name}`, `${what}${lacks}`]
}

const short = (value: number): string => String(Number(value.toPrecision(4)))
