/** How pictures as conditions are learned, as a specification says it. */
import { requireShare } from '../../tools/train/spec.ts'
import type { NetworkSpec } from '../network-of.ts'

/** Second pictures of a training run: each shows the style of an item, and not the item. */
export interface StyleSpec {
  /** The image encoder that learns along: its class and configuration. */
  readonly encoder: NetworkSpec
  /** The probability with which a picture is left out. */
  readonly dropout: number
}

/** Refuses impossible numbers. @throws TweedieError `usage` that names the field */
export function checkStyleSpec({ dropout }: StyleSpec): void {
  requireShare('style dropout', dropout)
}
