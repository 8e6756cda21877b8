/** The content of a model's folder with the adapters that were trained on it. */
import type { NamedArray } from '../../engine/nn/layout.ts'
import { changedWeight } from '../../engine/nn/low-rank-arrays.ts'
import type { ModelFolderInput } from '../../files/io/model-folder.ts'
import { type Adapters, adaptersOf } from '../../tools/train/lora.ts'

/** Weights of adapted layers are new arrays; all others are those of the folder. Parts without a component are the network. */
export function adaptedFolder(folder: ModelFolderInput, adapters: Adapters): ModelFolderInput {
  const { rank, alpha } = adapters.spec
  const weights = new Map(folder.weights)
  const components = new Map(folder.components)
  const change = (of: Map<string, NamedArray>, name: string, down: NamedArray, up: NamedArray): void => {
    const weight = of.get(name)!
    of.set(name, { shape: weight.shape, data: changedWeight(weight, [{ down, up, scale: alpha / rank }]) })
  }
  for (const { part, layer, down, up } of adaptersOf(adapters)) {
    const component = components.get(part)
    const of = component ? new Map<string, NamedArray>(component.weights) : weights
    change(of, `${layer}.weight`, down, up)
    if (component) components.set(part, { ...component, weights: of })
  }
  return { ...folder, weights, ...(components.size > 0 && { components }) }
}
