/** Adds adapters of files to the weights of a model. */
import { changedWeight, fitsWeight, type LowRankArrays } from '../../../engine/nn/low-rank-arrays.ts'
import { TweedieError } from '../../../errors.ts'
import type { ModelWeight } from '../component.ts'
import { layerNames } from './layer-names.ts'
import { type LoraFile, scaleOf } from './lora-file.ts'

/** Adapters of a file, and how strongly they count. */
export interface WeightedLora {
  readonly file: LoraFile
  /** 1: as they were trained; 0: not at all; below 0: the other way round. */
  readonly weight: number
  /** What the file is called in errors. */
  readonly source: string
}

/** Weights by part and by name. */
export type PartWeights = ReadonlyMap<string, ReadonlyMap<string, ModelWeight>>

/**
 * W + Σ weight · (α / rank) B A for every weight that some file adapts. All changes of a weight are added in double precision.
 *
 * @returns all parts; weights that nothing adapts are the same arrays
 * @throws TweedieError `model` that lists layers that the model does not have, or has in another shape
 */
export function withAdapters(parts: PartWeights, loras: readonly WeightedLora[]): PartWeights {
  const names = layerNames(new Map(Array.from(parts, ([part, weights]) => [part, weights.keys()])))
  const changes = new Map<string, Map<string, LowRankArrays[]>>()
  for (const { file, weight, source } of loras) {
    const complaints: string[] = []
    for (const layer of file.layers) {
      const place = names.get(layer.name)
      const target = place && parts.get(place.part)!.get(place.weight)!
      if (place === undefined || target === undefined) {
        complaints.push(`${layer.name}: unknown`)
        continue
      }
      if (!fitsWeight(layer, target.shape)) {
        const [a, b] = [layer.up, layer.down].map(({ shape }) => `[${shape.join(', ')}]`)
        complaints.push(`${layer.name}: ${a} times ${b} is no change of a weight [${target.shape.join(', ')}]`)
        continue
      }
      const ofPart = changes.get(place.part) ?? new Map<string, LowRankArrays[]>()
      changes.set(place.part, ofPart)
      const change = { down: layer.down, up: layer.up, scale: weight * scaleOf(layer) }
      ofPart.set(place.weight, [...(ofPart.get(place.weight) ?? []), change])
    }
    if (complaints.length > 0) throw misfit(source, complaints, file.layers.length)
  }
  return new Map(
    Array.from(parts, ([part, weights]) => {
      const ofPart = changes.get(part)
      if (ofPart === undefined) return [part, weights]
      return [
        part,
        new Map(
          Array.from(weights, ([name, weight]) => {
            const found = ofPart.get(name)
            return [name, found ? { shape: weight.shape, data: changedWeight(weight, found) } : weight]
          }),
        ),
      ]
    }),
  )
}

const mostListed = 8

function misfit(source: string, complaints: readonly string[], layers: number): TweedieError {
  const rest = complaints.length > mostListed ? `; and ${complaints.length - mostListed} more` : ''
  const listed = complaints.slice(0, mostListed).join('; ')
  return new TweedieError(
    'model',
    `${source}: ${complaints.length} of its ${layers} adapters do not fit the model: ${listed}${rest}`,
    {
      hint: 'it was trained on another network: adapters belong to the model, or the kind of model, that they were trained on',
    },
  )
}
