/** What is said before training: the data, the network and everything that was chosen for them. */
import { classCount } from '../files/data/dataset.ts'
import type { TokenLook } from '../files/data/categorical.ts'
import { learnsVariance } from '../diffusion/denoise/objectives/learned-variance.ts'
import { networkFromConfig } from '../engine/nn/registry.ts'
import { describeNoise } from '../diffusion/noise/named.ts'
import type { NoiseSpec } from '../diffusion/noise/named.ts'
import type { DataSource } from '../tools/train/node/run-folder.ts'
import type { TrainData } from '../tools/train/problem.ts'
import { type AnyTrainSpec, isEmbeddedSpec, isTokenSpec, type TrainSpec } from '../families/spec.ts'
import { shapeText, table, thousands } from './common.ts'
import { processText } from '../families/tokens/describe.ts'
import { kebab } from './option-name.ts'

/** What is reported on. */
export interface TrainReport {
  readonly spec: AnyTrainSpec
  readonly dataset: TrainData
  readonly source: DataSource
  /** Where the model goes, unless nothing is written. */
  readonly out: string | undefined
  /** For a run that goes on. */
  readonly stepsMade: number | undefined
}

/** The lines of the report. */
export function trainReport({ spec, dataset, source, out, stepsMade }: TrainReport): string {
  const { network, optimizer } = spec
  const classes = classCount(dataset)
  const [[unit, amount]] = Object.entries(spec.budget) as [[string, number]]
  const names = dataset.classNames?.slice(0, 10).join(', ')
  return table([
    ['data', `${dataset.name}: ${dataText(dataset)}`],
    ['held out', source.holdOut ? `the last ${source.holdOut * 100} %` : undefined],
    ['from', source.path === dataset.name ? 'built in' : source.path],
    ['classes', classes > 0 ? `${classes}${names ? `: ${names}${classes > 10 ? ', …' : ''}` : ''}` : 'none'],
    ['network', `${network.className}${sizeText(network.config)}${patchText(spec)}`],
    ['objective', lossText(spec)],
    ['optimiser', `AdamW, rate ${optimizer.rate}, ${optimizer.decay}, batch ${spec.batch}, seed ${spec.seed}`],
    ['budget', `${amount} ${unit}${stepsMade === undefined ? '' : `, ${stepsMade} steps made`}`],
    ['out', out],
  ])
}

function sizeText(config: Readonly<Record<string, unknown>>): string {
  const widths = config.block_out_channels ?? config.width ?? config.hidden_size
  return widths === undefined ? '' : ` ${[widths].flat().join('-')}`
}

function dataText(dataset: TrainData): string {
  if (dataset.kind !== 'tokens') {
    const [low, high] = dataset.range
    return `${thousands(dataset.length)} items ${shapeText(dataset.shape)}, values ${low} … ${high}`
  }
  const { data, length, shape, categories, look } = dataset
  if (look.kind !== 'text') return `${thousands(length)} items ${shapeText(shape)}, ${lookText[look.kind](categories)}`
  return `${thousands(data.length)} tokens (${look.tokenizer.kind}, ${categories} different), windows of ${shape[0]}`
}

const lookText: Readonly<Record<Exclude<TokenLook['kind'], 'text'>, (categories: number) => string>> = {
  map: (categories) => `${categories} categories`,
  levels: (categories) => `${categories} levels`,
  table: (categories) => `up to ${categories} categories a column`,
}

const patchText = (spec: AnyTrainSpec): string =>
  !('patch' in spec) || spec.patch === 1 ? '' : `, patches of ${spec.patch}`

function lossText(spec: AnyTrainSpec): string {
  if (isTokenSpec(spec)) return processText(spec.process)
  if (!isEmbeddedSpec(spec)) return objectiveText(spec)
  const { noise } = spec.embeddings
  return `diffusion-lm: noisy embeddings and rounding, ${describeNoise(noise)}${numbersText(noise)}`
}

function objectiveText({ objective, network, noise }: TrainSpec): string {
  const { parametrisation, weighting, weightingOptions = {}, times } = objective
  const learned = learnsVariance(networkFromConfig(network.className, network.config))
  return [
    `${parametrisation}-prediction${learned ? ' with variances' : ''}`,
    `${weighting} weighting${inBrackets(weightingOptions)}`,
    ...(times && times.name !== 'uniform' ? [`${times.name} times`] : []),
    `${describeNoise(noise)}${numbersText(noise)}`,
  ].join(', ')
}

function numbersText(noise: NoiseSpec): string {
  if ('table' in noise) return ''
  const { schedule: _, ...numbers } = noise
  return inBrackets(numbers)
}

/** ` (beta-min 0.1, shift 2)`, or nothing where there is nothing to say. */
function inBrackets(numbers: object): string {
  const said = Object.entries(numbers).map(([name, value]) => `${kebab(name)} ${String(value)}`)
  return said.length === 0 ? '' : ` (${said.join(', ')})`
}
