/**
 * The predictor f: a small network from features to the mean of the target, or to the logits of classes. It is fitted before the
 * diffusion, and then stays as it is.
 */
import { input, silu, type Tensor } from '../../engine/graph/index.ts'
import { type Layout, layoutOf } from '../../engine/nn/layout.ts'
import { linear } from '../../engine/nn/layers.ts'
import type { Dropout } from '../../engine/nn/network.ts'
import { Scope } from '../../engine/nn/parameters.ts'

/** Its size. */
export interface PredictorConfig {
  /** Features. */
  readonly inputs: number
  /** One, or as many as there are classes. */
  readonly outputs: number
  /** Units of its layers. */
  readonly widths: readonly number[]
  readonly dropout: number
  /** Whether outputs are logits of classes. */
  readonly classes: boolean
  /** How many networks there are, whose outputs are averaged; default one. */
  readonly members?: number | undefined
  /** Whether it also says how far answers lie from the mean, a deviation for each row; of a number alone. */
  readonly heteroscedastic?: boolean | undefined
}

/** With its weights. */
export interface Predictor {
  readonly config: PredictorConfig
  readonly layout: Layout
  readonly weights: Float32Array
}

/** What it says of rows: the mean of each, or probabilities of classes, `[rows, outputs]`; and the deviation of each row, where it says that. */
export interface PredictorLaw {
  readonly mean: Float32Array
  readonly deviation: Float32Array | undefined
}

/** The log-variance stays within ± so much: a deviation is between 0.25 % and 400 times that of the target. */
export const widest = 12

/** Numbers of a row that the network says: the last is the log-variance, squeezed by `12 tanh(s / 12)`, if it says that. */
const numbersOf = ({ outputs, heteroscedastic = false }: PredictorConfig): number => outputs + Number(heteroscedastic)

/** `h ← drop(silu(W h + b))` layer by layer, then `W h + b`: `[N, inputs] → [N, outputs]`, or one more. */
export function buildPredictor(config: PredictorConfig, scope: Scope, x: Tensor, dropout?: Dropout): Tensor {
  const { widths, dropout: rate } = config
  let h = x
  widths.forEach((width, layer) => {
    h = silu(linear(scope.child('layers').child(layer), h, width))
    if (dropout && rate > 0) h = dropout(h, rate)
  })
  return linear(scope.child('out'), h, numbersOf(config))
}

/** Where its parameters lie: `layers.0.weight`, …; of several members, `members.0.layers.0.weight`, …. */
export function predictorLayout(config: PredictorConfig): Layout {
  const scope = new Scope()
  for (const prefix of prefixesOf(config)) {
    const own = prefix === '' ? scope : scope.child('members').child(Number(prefix))
    buildPredictor(config, own, input('x', [1, config.inputs]))
  }
  return layoutOf(scope.specs)
}

/** A predictor of several that were fitted alone: the mean of what they say. */
export function averaged(members: readonly Predictor[]): Predictor {
  const config = { ...members[0]!.config, members: members.length }
  const layout = predictorLayout(config)
  const named = members.flatMap(({ layout: own, weights }, k) =>
    [...own.toMap(weights)].map(([name, values]) => [`members.${k}.${name}`, values] as const),
  )
  return { config, layout, weights: layout.fromMap(new Map(named)) }
}

/** Of each member. */
function prefixesOf({ members = 1 }: PredictorConfig): readonly string[] {
  return members === 1 ? [''] : Array.from({ length: members }, (_, k) => String(k))
}

/**
 * f(x) of all rows, `[rows, outputs]`: means, or probabilities of classes. It is small, so it is worked out in place, in double
 * precision.
 */
export function predictorOutputs(predictor: Predictor, features: Float32Array): Float32Array {
  return predictorLaw(predictor, features).mean
}

/** f(x) of all rows, and their deviations: of several members the mean of the means, and the root of the mean variance. */
export function predictorLaw(predictor: Predictor, features: Float32Array): PredictorLaw {
  const { config } = predictor
  const { outputs, heteroscedastic } = config
  const each = prefixesOf(config).map((prefix) =>
    memberOutputs(predictor, prefix === '' ? '' : `members.${prefix}.`, features),
  )
  const numbers = numbersOf(config)
  const rows = each[0]!.length / numbers
  const meanOf = (of: (values: Float32Array) => number): number =>
    each.reduce((sum, values) => sum + of(values) / each.length, 0)
  const mean = Float32Array.from({ length: rows * outputs }, (_, i) =>
    meanOf((values) => values[Math.floor(i / outputs) * numbers + (i % outputs)]!),
  )
  if (!heteroscedastic) return { mean, deviation: undefined }
  const variance = (values: Float32Array, row: number): number =>
    Math.exp(widest * Math.tanh(values[row * numbers + outputs]! / widest))
  const deviation = Float32Array.from({ length: rows }, (_, row) =>
    Math.sqrt(meanOf((values) => variance(values, row))),
  )
  return { mean, deviation }
}

function memberOutputs({ config, layout, weights }: Predictor, prefix: string, features: Float32Array): Float32Array {
  const { inputs, widths, classes } = config
  const outputs = numbersOf(config)
  const names = [...widths.map((_, layer) => `${prefix}layers.${layer}`), `${prefix}out`]
  const layers = names.map((name) => ({
    weight: layout.view(weights, `${name}.weight`),
    bias: layout.view(weights, `${name}.bias`),
  }))
  const rows = features.length / inputs
  const out = new Float32Array(rows * outputs)
  for (let row = 0; row < rows; row++) {
    let h: ArrayLike<number> = features.subarray(row * inputs, (row + 1) * inputs)
    layers.forEach(({ weight, bias }, layer) => {
      const last = layer === layers.length - 1
      const from = h
      h = Float64Array.from(bias, (b, i) => {
        let sum = b
        for (let j = 0; j < from.length; j++) sum += weight[i * from.length + j]! * from[j]!
        return last ? sum : sum / (1 + Math.exp(-sum))
      })
    })
    out.set(classes ? softmax(h) : h, row * outputs)
  }
  return out
}

function softmax(logits: ArrayLike<number>): Float64Array {
  const most = Math.max(...Array.from(logits))
  const weights = Float64Array.from(logits, (logit) => Math.exp(logit - most))
  const sum = weights.reduce((a, b) => a + b)
  return weights.map((weight) => weight / sum)
}
