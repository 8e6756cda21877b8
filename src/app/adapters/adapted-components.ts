/** Text encoders of a model with the adapters that were trained beside them. */
import { changedWeight } from '../../engine/nn/low-rank-arrays.ts'
import type { Component } from '../../files/io/component.ts'
import { type Adapters, adaptersOf } from '../../tools/train/lora.ts'
import { isTextPart } from '../../tools/train/text-parts.ts'

/** The parts, those that are text encoders with their adapters merged; others are the same. */
export function adaptedComponents(parts: ReadonlyMap<string, Component>, adapters: Adapters): Map<string, Component> {
  const made = new Map(parts)
  const { rank, alpha, text } = adapters.spec
  if (!text) return made
  for (const { part: name, layer, down, up } of adaptersOf(adapters)) {
    const part = made.get(name)
    if (part === undefined || !isTextPart(name)) continue
    const weights = new Map(part.weights)
    const weight = weights.get(`${layer}.weight`)!
    const data = changedWeight(weight, [{ down, up, scale: alpha / rank }])
    weights.set(`${layer}.weight`, { shape: weight.shape, data })
    made.set(name, { ...part, weights })
  }
  return made
}
