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
}

/** With its weights. */
export interface Predictor {
  readonly config: PredictorConfig
  readonly layout: Layout
  readonly weights: Float32Array
}

/** `h ← drop(silu(W h + b))` layer by layer, then `W h + b`: `[N, inputs] → [N, outputs]`. */
export function buildPredictor(
  { outputs, widths, dropout: rate }: PredictorConfig,
  scope: Scope,
  x: Tensor,
  dropout?: Dropout,
): Tensor {
  let h = x
  widths.forEach((width, layer) => {
    h = silu(linear(scope.child('layers').child(layer), h, width))
    if (dropout && rate > 0) h = dropout(h, rate)
  })
  return linear(scope.child('out'), h, outputs)
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
  const prefixes = prefixesOf(predictor.config)
  const each = prefixes.map((prefix) => memberOutputs(predictor, prefix === '' ? '' : `members.${prefix}.`, features))
  if (each.length === 1) return each[0]!
  return each[0]!.map((_, i) => each.reduce((sum, outputs) => sum + outputs[i]! / each.length, 0))
}

function memberOutputs({ config, layout, weights }: Predictor, prefix: string, features: Float32Array): Float32Array {
  const { inputs, outputs, widths, classes } = config
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
