/** Writes files of low-rank adapters that diffusers, and programs that read kohya's files, load as they are. */
import type { ModelWeight } from '../component.ts'
import { type SafeTensorInput, writeSafetensors } from '../safetensors.ts'
import { dottedName, kohyaName } from './layer-names.ts'

/** The adapter of one layer of a model. */
export interface ModelLora {
  /** `unet`, `text_encoder`, … */
  readonly part: string
  /** The layer in the part: `mid_block.attentions.0.to_q`. */
  readonly layer: string
  readonly down: ModelWeight
  readonly up: ModelWeight
}

/** What is written besides tensors. */
export interface LoraFacts {
  /** α of all layers. */
  readonly alpha: number
  readonly metadata?: Readonly<Record<string, string>> | undefined
  /** Parts of the model, of which those that are text encoders decide kohya's names; by default those that are adapted. */
  readonly parts?: readonly string[] | undefined
}

/**
 * The bytes of `pytorch_lora_weights.safetensors`, by PEFT's names. Readers take α for the rank where nothing says otherwise, so B is
 * multiplied by α / rank.
 */
export function encodePeft(layers: readonly ModelLora[], { alpha, metadata = {} }: LoraFacts): Uint8Array<ArrayBuffer> {
  const tensors = new Map<string, SafeTensorInput>()
  for (const { part, layer, down, up } of layers) {
    const scale = alpha / down.shape[0]!
    const name = dottedName(part, layer)
    tensors.set(`${name}.lora_A.weight`, down)
    tensors.set(`${name}.lora_B.weight`, scale === 1 ? up : { ...up, data: up.data.map((value) => value * scale) })
  }
  return writeSafetensors(tensors, { format: 'pt', ...metadata })
}

/** The bytes of a file by kohya's names, with α of every layer. */
export function encodeKohya(layers: readonly ModelLora[], facts: LoraFacts): Uint8Array<ArrayBuffer> {
  const { alpha, metadata = {}, parts = layers.map(({ part }) => part) } = facts
  const tensors = new Map<string, SafeTensorInput>()
  const ranks = new Set<number>()
  for (const { part, layer, down, up } of layers) {
    const name = kohyaName(part, layer, parts)
    tensors.set(`${name}.lora_down.weight`, down)
    tensors.set(`${name}.lora_up.weight`, up)
    tensors.set(`${name}.alpha`, { shape: [], data: Float32Array.of(alpha) })
    ranks.add(down.shape[0]!)
  }
  return writeSafetensors(tensors, {
    format: 'pt',
    ss_network_module: 'networks.lora',
    ss_network_dim: String(Math.max(...ranks)),
    ss_network_alpha: String(alpha),
    ...metadata,
  })
}
