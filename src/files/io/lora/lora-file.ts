/** A file of low-rank adapters in memory, whichever layout it came in. */
import type { ModelWeight } from '../component.ts'

/** The layouts of files: PEFT's names, those that diffusers had before, and kohya's. */
export const loraLayouts = Object.freeze(['peft', 'diffusers', 'kohya'] as const)
export type LoraLayout = (typeof loraLayouts)[number]

/** The adapter of one layer. */
export interface LoraLayer {
  /** The layer as the file calls it: `unet.mid_block.attentions.0.to_q`, or kohya's `lora_unet_mid_block_attentions_0_to_q`. */
  readonly name: string
  /** A: `[rank, in, …]`. */
  readonly down: ModelWeight
  /** B: `[out, rank, …]`. */
  readonly up: ModelWeight
  /** α; left out where it is the rank, so that the change is B A. */
  readonly alpha?: number | undefined
}

/** The file. */
export interface LoraFile {
  /** The layout of most of its names. */
  readonly layout: LoraLayout
  readonly layers: readonly LoraLayer[]
  readonly metadata: Readonly<Record<string, string>>
}

/** s of s B A. */
export function scaleOf({ down, alpha }: Pick<LoraLayer, 'down' | 'alpha'>): number {
  return alpha === undefined ? 1 : alpha / down.shape[0]!
}
