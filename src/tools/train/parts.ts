/**
 * The named parts of what is trained: `unet`, `vae`, `prior`, … A part learns or is frozen. The parameters of all parts that learn
 * lie one after the other in one flat array; frozen ones are constants of the graph.
 */
import { TweedieError } from '../../errors.ts'
import { type KnownArray, storedFloats } from '../../engine/graph/index.ts'
import { type Layout, layoutOf } from '../../engine/nn/layout.ts'
import type { Network } from '../../engine/nn/network.ts'
import type { Scope } from '../../engine/nn/parameters.ts'
import type { TensorPlace } from '../../engine/optim/muon-options.ts'
import { checksum } from '../../files/io/checksum.ts'
import { mainName } from '../../files/io/unet-classes.ts'

/** One part. */
export interface TrainPart {
  /** The network of these parameters, if the part is one. */
  readonly network?: Network | undefined
  /** Where its own parameters lie, from 0 on. */
  readonly layout: Layout
  /** Whether it is trained; default true. */
  readonly learns?: boolean | undefined
  /** Whether its weights are averaged for sampling; default true. If false, the average equals the weights. */
  readonly average?: boolean | undefined
  /** Its first values, in its layout; drawn by the seed if left out. A frozen part needs them. */
  readonly weights?: Float32Array | undefined
}

/** Parts by name. */
export type TrainParts = Readonly<Record<string, TrainPart>>

/** A parameter of a part, as a checkpoint names it. */
export interface PartTensor {
  readonly part: string
  readonly name: string
  readonly shape: readonly number[]
}

/** The parts of a problem that is one network: `unet` where diffusers knows it, else `network`, as in a model folder. */
export function onePart(network: Network, layout: Layout): TrainParts {
  return { [mainName(network.className)]: { network, layout } }
}

/**
 * The parts that are trained, in order.
 *
 * @throws TweedieError `usage` where there are none
 */
export function learningParts(parts: TrainParts): readonly (readonly [name: string, part: TrainPart])[] {
  const learning = Object.entries(parts).filter(([, { learns = true }]) => learns)
  if (learning.length > 0) return learning
  throw new TweedieError('usage', `none of the parts ${Object.keys(parts).join(', ')} learns`, {
    hint: 'learns: true for at least one of them',
  })
}

/** The network of the first part that learns and is one; undefined where none is, as of autoencoders. */
export function networkOfParts(parts: TrainParts): Network | undefined {
  return learningParts(parts).find(([, part]) => part.network)?.[1].network
}

/** The same, where there must be one. @throws TweedieError `usage` */
export function mainNetwork({ parts }: { readonly parts: TrainParts }): Network {
  const network = networkOfParts(parts)
  if (network) return network
  throw new TweedieError('usage', `none of the parts ${Object.keys(parts).join(', ')} that learn is a network`)
}

/**
 * The joint layout of all parameters that learn. Names are those of the part, behind `part.` where several parts learn.
 *
 * @throws TweedieError `usage` where nothing learns
 */
export function jointLayout(parts: TrainParts): Layout {
  const learning = learningParts(parts)
  if (learning.length === 1) return learning[0]![1].layout
  return layoutOf(
    learning.flatMap(([part, { layout }]) => layout.specs.map((spec) => ({ ...spec, name: `${part}.${spec.name}` }))),
  )
}

/**
 * The scope in which a loss declares a part's parameters: `scope` itself for the only part that learns, else a child of the part's
 * name.
 *
 * @example
 * loss: (scope, items) => autoencoderLoss(partScope(parts, 'encoder', scope), partScope(parts, 'decoder', scope), items)
 */
export function partScope(parts: TrainParts, name: string, scope: Scope): Scope {
  return isAlone(parts, name) ? scope : scope.child(name)
}

/** A part's own parameters in the flat array of all that learn: a view in the part's layout. */
export function partView(parts: TrainParts, name: string, flat: Float32Array): Float32Array {
  let from = 0
  for (const [each, { layout }] of learningParts(parts)) {
    if (each === name) return flat.subarray(from, from + layout.size)
    from += layout.size
  }
  throw new TweedieError('usage', `no part that learns is named ${name}`)
}

/** A part's own parameters as they are: a view of those that learn, or those that it has been given. */
export function trainedView(parts: TrainParts, name: string, flat: Float32Array): Float32Array {
  const { learns = true, weights } = parts[name]!
  return learns ? partView(parts, name, flat) : weights!
}

/** Numbers of frozen parts from which on they are fed to the graph: a file of a graph holds two gigabytes at most. */
const manyFrozen = 2 ** 26

/** Whether frozen parts have so many parameters that they are kept beside the graph. */
export function areFed(parts: TrainParts): boolean {
  const frozen = Object.values(parts).filter(({ learns = true }) => !learns)
  return frozen.reduce((sum, { layout }) => sum + layout.size, 0) >= manyFrozen
}

/**
 * The parameters of frozen parts by the names of the graph's inputs: built into it, or where there are many kept beside it.
 *
 * @throws TweedieError `model` where there are none
 */
export function frozenConstants(parts: TrainParts): Map<string, KnownArray> {
  const areMany = areFed(parts)
  const constants = new Map<string, KnownArray>()
  for (const [part, { learns = true, layout, weights }] of Object.entries(parts)) {
    if (learns) continue
    if (weights === undefined) {
      throw new TweedieError('model', `the part ${part} is frozen and has no weights`, {
        hint: 'weights: those of a trained model, in its layout',
      })
    }
    for (const [name, { data }] of layout.toMap(weights)) {
      constants.set(`${part}.${name}`, areMany ? storedFloats(data) : data)
    }
  }
  return constants
}

/** A checksum of the weights of each frozen part: a checkpoint does not hold them, but can detect changes. */
export function frozenSums(parts: TrainParts): Readonly<Record<string, string>> {
  const frozen = Object.entries(parts).filter(([, { learns = true, weights }]) => !learns && weights)
  return Object.fromEntries(
    frozen.map(([name, { weights }]) => {
      const { buffer, byteOffset, byteLength } = weights!
      return [name, checksum(new Uint8Array(buffer, byteOffset, byteLength))]
    }),
  )
}

/** All parameters that learn, in the order of the flat array. */
export function tensorsOf(parts: TrainParts): readonly PartTensor[] {
  return learningParts(parts).flatMap(([part, { layout }]) =>
    layout.specs.map(({ name, shape }) => ({ part, name, shape: [...shape] })),
  )
}

/** The same with the part in front of each name, as optimisers are told them: `unet.conv_in.weight`. */
export function placesOf(parts: TrainParts): readonly TensorPlace[] {
  return tensorsOf(parts).map(({ part, name, shape }) => ({ name: `${part}.${name}`, shape }))
}

function isAlone(parts: TrainParts, name: string): boolean {
  const learning = learningParts(parts)
  return learning.length === 1 && learning[0]![0] === name
}
