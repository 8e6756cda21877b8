/** The layers that CLIP's two towers share. Radford et al., Learning Transferable Visual Models From Natural Language Supervision (2021). */
import { add, gelu, mul, sigmoid } from '../../graph/index.ts'
import type { Tensor } from '../../graph/index.ts'
import { attention } from '../attention.ts'
import { layerNorm, linear } from '../layers.ts'
import type { Scope } from '../parameters.ts'

/** The sizes of the layers, as transformers spells them. */
export interface ClipLayerFields {
  readonly hidden_size: number
  readonly intermediate_size: number
  readonly num_hidden_layers: number
  readonly num_attention_heads: number
  readonly hidden_act: keyof typeof clipActivations
  readonly layer_norm_eps: number
}

/** Activations by the names of `hidden_act`. */
export const clipActivations = Object.freeze({
  gelu,
  quick_gelu: (x: Tensor): Tensor => mul(x, sigmoid(mul(x, 1.702))),
})

/**
 * `x ← x + attention(norm(x)); x ← x + W₂ a(W₁ norm(x))`, once for each layer; `x [N, T, C]`.
 *
 * @param bias of the attention, if any
 * @returns what goes into the first layer and what comes out of each: transformers' `hidden_states`
 */
export function clipLayers(config: ClipLayerFields, scope: Scope, x: Tensor, bias?: Tensor): readonly Tensor[] {
  const states = [x]
  for (let i = 0; i < config.num_hidden_layers; i++) {
    states.push(layer(config, scope.child('layers').child(i), states.at(-1)!, bias))
  }
  return states
}

function layer(config: ClipLayerFields, scope: Scope, x: Tensor, bias: Tensor | undefined): Tensor {
  const { hidden_size: width, num_attention_heads: heads, layer_norm_eps: epsilon } = config
  const at = scope.child('self_attn')
  const seen = layerNorm(scope.child('layer_norm1'), x, epsilon)
  const project = (name: string): Tensor => linear(at.child(name), seen, width)
  const [k, v, q] = [project('k_proj'), project('v_proj'), project('q_proj')]
  const h = add(x, linear(at.child('out_proj'), attention(q, k, v, heads, { bias }), width))
  const mlp = scope.child('mlp')
  const normed = layerNorm(scope.child('layer_norm2'), h, epsilon)
  const thought = clipActivations[config.hidden_act](linear(mlp.child('fc1'), normed, config.intermediate_size))
  return add(h, linear(mlp.child('fc2'), thought, width))
}
